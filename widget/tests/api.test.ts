import { describe, expect, it } from 'vitest'
import { ApiError, Client, NetworkFailure, newId } from '../src/api'

type Step = Response | Error

function scripted(...steps: Step[]) {
  const calls: { url: string; init: RequestInit }[] = []
  const pauses: number[] = []
  const fetcher = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    calls.push({ url: String(input), init: init ?? {} })
    const step = steps.shift()
    if (step === undefined) throw new Error('one request more than the test expects')
    if (step instanceof Error) throw step
    return step
  }
  const sleep = async (ms: number): Promise<void> => void pauses.push(ms)
  return { client: new Client(fetcher as typeof fetch, sleep), calls, pauses }
}

function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers })
}

const OUTGOING = { message: 'send 25 to Maya', session_id: 'session-1', message_id: 'message-1' }
const ANSWER = { session_id: 'session-1', message_id: 'message-1', responses: [{ text: 'Shall I send it?' }] }

describe('chat', () => {
  it('sends message, session and message_id with the bearer token', async () => {
    const { client, calls } = scripted(json(200, ANSWER))
    expect(await client.chat(OUTGOING, 'token')).toEqual(ANSWER)
    expect(calls[0]!.url).toBe('/api/v2/chat')
    expect(calls[0]!.init.headers).toMatchObject({ Authorization: 'Bearer token', 'Content-Type': 'application/json' })
    expect(JSON.parse(String(calls[0]!.init.body))).toEqual(OUTGOING)
  })

  it('tries once more after a network failure, with the same message_id', async () => {
    const { client, calls } = scripted(new TypeError('Failed to fetch'), json(200, ANSWER))
    expect(await client.chat(OUTGOING, 'token')).toEqual(ANSWER)
    expect(calls.map((call) => call.init.body)).toEqual([calls[0]!.init.body, calls[0]!.init.body])
  })

  it('gives up after the second network failure', async () => {
    const { client, calls } = scripted(new TypeError('Failed to fetch'), new TypeError('Failed to fetch'))
    await expect(client.chat(OUTGOING, 'token')).rejects.toBeInstanceOf(NetworkFailure)
    expect(calls).toHaveLength(2)
  })

  it('waits while the first attempt still runs on the server', async () => {
    const busy = { error: { code: 'still_running', message: 'Still running.', trace_id: 't' } }
    const { client, pauses } = scripted(json(409, busy, { 'Retry-After': '2' }), json(200, ANSWER))
    expect(await client.chat(OUTGOING, 'token')).toEqual(ANSWER)
    expect(pauses).toEqual([2000])
  })

  it.each([401, 422, 429, 500])('does not repeat a message that was refused with %i', async (status) => {
    const { client, calls } = scripted(json(status, { error: { code: 'no', message: 'No.', trace_id: 't' } }))
    await expect(client.chat(OUTGOING, 'token')).rejects.toMatchObject({ status, code: 'no', traceId: 't' })
    expect(calls).toHaveLength(1)
  })

  it('does not wait for a message_id that was used with other words', async () => {
    const { client } = scripted(json(409, { error: { code: 'message_id_reused', message: 'No.', trace_id: 't' } }))
    await expect(client.chat(OUTGOING, 'token')).rejects.toMatchObject({ status: 409 })
  })
})

describe('log-in', () => {
  it('asks for a token with a form, as OAuth wants it', async () => {
    const { client, calls } = scripted(json(200, { access_token: 'a', refresh_token: 'r' }))
    expect(await client.logIn('alex', 'p&w=1')).toEqual({ access_token: 'a', refresh_token: 'r' })
    expect(String(calls[0]!.init.body)).toBe('grant_type=password&username=alex&password=p%26w%3D1')
  })

  it('lets a guest in without a password', async () => {
    const { client, calls } = scripted(json(200, { access_token: 'a' }))
    await client.enterAsGuest()
    expect(String(calls[0]!.init.body)).toBe('grant_type=urn%3Ateller%3Aguest')
  })

  it('revokes a token, also when the answer has no body', async () => {
    const { client, calls } = scripted(new Response('', { status: 200 }))
    await client.revoke('r', 'a')
    expect(calls[0]!.url).toBe('/api/v2/auth/revoke')
    expect(String(calls[0]!.init.body)).toBe('token=r')
    expect(calls[0]!.init.headers).toMatchObject({ Authorization: 'Bearer a' })
  })
})

describe('errors', () => {
  it('carry status, code and Retry-After', async () => {
    const body = { error: { code: 'rate_limited', message: 'Too many requests.', trace_id: 't' } }
    const { client } = scripted(json(429, body, { 'Retry-After': '12' }))
    await expect(client.inbox('token')).rejects.toMatchObject({ status: 429, code: 'rate_limited', retryAfter: 12 })
  })

  it('are understood without the shape of our server (a proxy, for one)', async () => {
    const { client } = scripted(new Response('<h1>Bad gateway</h1>', { status: 502 }))
    await expect(client.inbox('token')).rejects.toBeInstanceOf(ApiError)
  })

  it('say so when a good answer is no JSON', async () => {
    const { client } = scripted(new Response('<html>', { status: 200 }))
    await expect(client.inbox('token')).rejects.toMatchObject({ code: 'unreadable_answer' })
  })
})

describe('newId', () => {
  it('makes UUIDs of version 4, each another', () => {
    const ids = Array.from({ length: 50 }, newId)
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(new Set(ids).size).toBe(50)
  })
})
