/** The REST door of the assistant: its shapes, its errors, and one client. No DOM in here. */

export interface Choice {
  title: string
  payload: string
}

export interface BotMessage {
  text?: string | null
  buttons?: Choice[] | null
}

export interface ChatAnswer {
  session_id: string
  message_id: string
  responses: BotMessage[]
  suggestions?: Choice[] | null
  handled_by?: string
}

export interface InboxMessage {
  code?: string | null
  kind: 'sms' | 'email' | 'push'
  text: string
  sent_at: string
}

export interface Tokens {
  access_token: string
  refresh_token?: string
}

/** What came of the way to another bank. */
export type Outcome = 'linked' | 'declined' | 'pending' | 'posted' | 'rejected' | 'refused' | 'unknown'

export interface Outgoing {
  message: string
  session_id: string
  message_id: string
}

/** The server answered, and the answer is a refusal. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly retryAfter?: number,
    readonly traceId?: string,
  ) {
    super(message)
  }
}

/** No answer came: whether the server acted is unknown, so only the same message_id may be sent again. */
export class NetworkFailure extends Error {}

const CHAT_TIMEOUT_MS = 45_000
const OTHER_TIMEOUT_MS = 10_000
const RETRY_AFTER_FAILURE_MS = 800
const MAX_WAITS_FOR_FIRST_ATTEMPT = 10

/** A random UUID (version 4). `crypto.randomUUID` is missing where the page is not served securely. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

export class Client {
  constructor(
    private readonly fetcher: typeof fetch = (input, init) => fetch(input, init),
    private readonly sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms)),
  ) {}

  logIn(username: string, password: string): Promise<Tokens> {
    return this.form('/api/v2/auth/token', { grant_type: 'password', username, password })
  }

  enterAsGuest(): Promise<Tokens> {
    return this.form('/api/v2/auth/token', { grant_type: 'urn:teller:guest' })
  }

  async revoke(token: string, bearer: string): Promise<void> {
    await this.form('/api/v2/auth/revoke', { token }, bearer)
  }

  /**
   * Sends one message. After a network failure it is sent once more with the same message_id, which the server
   * answers without doing anything twice; while the first attempt still runs there, we wait as long as it asks.
   */
  async chat(outgoing: Outgoing, bearer: string): Promise<ChatAnswer> {
    let failures = 0
    let waits = 0
    for (;;) {
      try {
        return await this.request<ChatAnswer>('/api/v2/chat', {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', ...authorization(bearer) },
          body: JSON.stringify(outgoing),
          signal: AbortSignal.timeout(CHAT_TIMEOUT_MS),
        })
      } catch (error) {
        if (error instanceof NetworkFailure && failures++ === 0) {
          await this.sleep(RETRY_AFTER_FAILURE_MS)
        } else if (stillRuns(error) && waits++ < MAX_WAITS_FOR_FIRST_ATTEMPT) {
          await this.sleep((error.retryAfter ?? 1) * 1000)
        } else {
          throw error
        }
      }
    }
  }

  async inbox(bearer: string): Promise<InboxMessage[]> {
    const answer = await this.request<{ messages: InboxMessage[] }>('/api/v2/demo/inbox', {
      headers: authorization(bearer),
      signal: AbortSignal.timeout(OTHER_TIMEOUT_MS),
    })
    return answer.messages
  }

  /** What another bank gave the browser to bring back. */
  handIn(brought: { state: string; code?: string }, bearer: string): Promise<{ outcome: Outcome; bank: string }> {
    return this.request('/api/v2/me/linked-accounts', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...authorization(bearer) },
      body: JSON.stringify(brought),
      signal: AbortSignal.timeout(CHAT_TIMEOUT_MS),
    })
  }

  private form<T>(path: string, fields: Record<string, string>, bearer?: string): Promise<T> {
    return this.request<T>(path, {
      method: 'POST',
      headers: bearer === undefined ? {} : authorization(bearer),
      body: new URLSearchParams(fields),
      signal: AbortSignal.timeout(OTHER_TIMEOUT_MS),
    })
  }

  private async request<T>(path: string, init: RequestInit): Promise<T> {
    let response: Response
    let body: string
    try {
      response = await this.fetcher(path, { ...init, cache: 'no-store', credentials: 'omit' })
      body = await response.text()
    } catch (cause) {
      throw new NetworkFailure('The bank could not be reached.', { cause })
    }
    const parsed = parse(body)
    if (!response.ok) throw refusal(response, parsed)
    if (parsed === undefined && body !== '') {
      throw new ApiError(response.status, 'unreadable_answer', 'The answer was not JSON.')
    }
    return parsed as T
  }
}

function authorization(bearer: string): Record<string, string> {
  return { Authorization: `Bearer ${bearer}` }
}

function stillRuns(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status === 409 && error.retryAfter !== undefined
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

function refusal(response: Response, parsed: unknown): ApiError {
  const error = ((parsed as { error?: unknown } | null | undefined)?.error ?? {}) as Record<string, unknown>
  const seconds = Number(response.headers.get('Retry-After') ?? NaN)
  return new ApiError(
    response.status,
    typeof error.code === 'string' ? error.code : 'unknown',
    typeof error.message === 'string' ? error.message : `The server answered ${response.status}.`,
    Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined,
    typeof error.trace_id === 'string' ? error.trace_id : undefined,
  )
}
