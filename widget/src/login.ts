/** Who is logged in. Lives in this browser tab only, and ends with it. */

import type { Tokens } from './api'

export interface LogIn extends Tokens {
  /** The customer's log-in name; null for a guest. */
  user: string | null
}

const KEY = 'teller.login'

export function remembered(storage: Storage): LogIn | null {
  const stored = storage.getItem(KEY)
  if (stored === null) return null
  try {
    return JSON.parse(stored) as LogIn
  } catch {
    storage.removeItem(KEY)
    return null
  }
}

export function remember(storage: Storage, logIn: LogIn): void {
  storage.setItem(KEY, JSON.stringify(logIn))
}

export function forget(storage: Storage): void {
  storage.removeItem(KEY)
}
