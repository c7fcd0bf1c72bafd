/** The way back from another bank: what it gave the browser to bring is handed in once, by the customer who asked. */

import { ApiError, type Client, type Outcome } from './api'

export interface Brought {
  state: string
  /** Missing where the customer did not agree. */
  code?: string
}

const PATH = '/open-banking/back'

export const LOG_IN_FIRST = 'You are back from the other bank. Log in here as the customer who asked for the link to finish.'

/** What an address says that the browser brought back; null for any other page. */
export function broughtBack(address: { pathname: string; search: string }): Brought | null {
  if (address.pathname !== PATH) return null
  const said = new URLSearchParams(address.search)
  const state = said.get('state')
  const code = said.get('code')
  if (!state) return null
  return code ? { state, code } : { state }
}

const SAID: Record<Outcome, (bank: string) => string> = {
  linked: (bank) => `It worked: your accounts at ${bank} are linked. Ask for your balance to see them.`,
  declined: (bank) => `You did not agree at ${bank}, so nothing was changed.`,
  posted: (bank) => `${bank} has made your payment.`,
  pending: (bank) => `${bank} has taken your payment but has not carried it out yet. The chat will tell you.`,
  rejected: (bank) => `${bank} has rejected your payment; no money was moved.`,
  refused: (bank) => `${bank} has refused your payment; no money was moved.`,
  unknown: (bank) => `${bank} has not said whether it made your payment. Do not pay again: the chat will tell you.`,
}

/** Hands it in; the one sentence that says what came of it. */
export async function handIn(brought: Brought, client: Client, bearer: string): Promise<string> {
  try {
    const { outcome, bank } = await client.handIn(brought, bearer)
    return SAID[outcome](bank)
  } catch (error) {
    if (error instanceof ApiError && error.code.startsWith('link_')) return error.message
    return 'The bank could not be reached, so what came of it is not known. Ask in the chat.'
  }
}
