/** From the server's answers and errors to what deep-chat shows. Pure functions, no DOM. */

import { ApiError, NetworkFailure, type BotMessage, type ChatAnswer, type Choice } from './api'

/** The part of deep-chat's response that we use: `text` is shown literally, `html` is only ever ours. */
export type Bubble = { text: string } | { html: string } | { error: string }

const WITH_A_COLLEAGUE = 'Your message has gone to a colleague, who holds this conversation now.'
const NO_ANSWER = 'I have no answer to that. Please try other words.'

/** Text as HTML that shows exactly that text: no markup, no links, no Markdown. */
export function plainText(text: string): string {
  return escapeHtml(text).replace(/\r\n|\r|\n/g, '<br>')
}

export function escapeHtml(text: string): string {
  const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return text.replace(/[&<>"']/g, (character) => names[character]!)
}

/** One bubble for each text, then the choices of the whole answer in one row. Only a link of `origin` (ours) is one. */
export function bubblesOf(answer: ChatAnswer, origin = ''): Bubble[] {
  const bubbles: Bubble[] = answer.responses.flatMap((message) => textOf(message, origin))
  if (bubbles.length === 0) bubbles.push({ text: answer.handled_by === 'agent' ? WITH_A_COLLEAGUE : NO_ANSWER })
  const buttons = answer.responses.flatMap((message) => message.buttons ?? [])
  const taken = new Set(buttons.map((button) => button.payload))
  const suggestions = (answer.suggestions ?? []).filter((suggestion) => !taken.has(suggestion.payload))
  return [...bubbles, ...choicesBubble(buttons, suggestions)]
}

const WAY_TO_A_BANK = /https:\/\/[\w.:-]+\/open-banking\/go\/[\w-]+/

function textOf(message: BotMessage, origin: string): Bubble[] {
  if (!message.text) return []
  const link = WAY_TO_A_BANK.exec(message.text)?.[0]
  if (link === undefined || !link.startsWith(`${origin}/`)) return [{ text: message.text }]
  const anchor = `<a href="${link}">${link}</a>`
  return [{ html: plainText(message.text).replace(link, anchor) }]
}

/**
 * Buttons (an answer to the question) and suggestions (what one may do next). deep-chat takes the row away by itself
 * when the next message comes: the server accepts a button's payload only while it is the latest offer.
 */
export function choicesBubble(buttons: Choice[], suggestions: Choice[]): Bubble[] {
  if (buttons.length + suggestions.length === 0) return []
  const row = [
    ...buttons.map((choice) => choiceHtml(choice, 'button')),
    ...suggestions.map((choice) => choiceHtml(choice, 'suggestion')),
  ].join('')
  return [{ html: `<div class="deep-chat-temporary-message choices" role="group" aria-label="Quick answers">${row}</div>` }]
}

function choiceHtml(choice: Choice, kind: 'button' | 'suggestion'): string {
  const payload = escapeHtml(choice.payload)
  return `<button type="button" class="choice ${kind}" data-payload="${payload}">${escapeHtml(choice.title)}</button>`
}

export interface Failure {
  text: string
  /** The same message may be sent again with the same message_id. */
  again: boolean
  /** The log-in is over. */
  loggedOut: boolean
  /** Neither the network nor the server: the page itself is wrong. */
  bug: boolean
}

export function failureOf(error: unknown): Failure {
  if (error instanceof NetworkFailure) {
    return failure('I could not reach the bank. Check your connection; sending again does nothing twice.', true)
  }
  if (!(error instanceof ApiError)) {
    return { ...failure('Something went wrong on this page. Please reload it.'), bug: true }
  }
  if (error.status === 401) return { ...failure('Your log-in has ended. Please log in again.'), loggedOut: true }
  if (error.status === 403 || error.status === 404) return failure('This conversation is not available to you.')
  if (error.status === 409) return failure('The same message is still being handled. Please wait a moment.', true)
  if (error.status === 413 || error.status === 422) {
    return failure('I cannot read this message. Please write it shorter and in plain words.')
  }
  if (error.status === 429) return failure(`That was a little fast. Please wait ${wait(error.retryAfter)}.`, true)
  if (error.status >= 500) {
    const trace = error.traceId ? ` If it happens again, give us this number: ${error.traceId}` : ''
    return failure(`Something went wrong on our side. Please try again.${trace}`, true)
  }
  return failure(error.message)
}

/** The words for a log-in that was refused. */
export function logInFailure(error: unknown): string {
  if (error instanceof ApiError && (error.status === 400 || error.status === 401)) {
    return 'User and password do not match.'
  }
  return failureOf(error).text
}

function failure(text: string, again = false): Failure {
  return { text, again, loggedOut: false, bug: false }
}

function wait(seconds: number | undefined): string {
  if (seconds === undefined) return 'a minute'
  const whole = Math.max(1, Math.ceil(seconds))
  return whole === 1 ? '1 second' : `${whole} seconds`
}
