import { expect, it } from 'vitest'
import { Client } from '../src/api'
import { broughtBack, handIn } from '../src/linked'

it.each([
  ['/open-banking/back', '?state=s1&code=c1', { state: 's1', code: 'c1' }],
  ['/open-banking/back', '?error=access_denied&state=s1', { state: 's1' }],
  ['/open-banking/back', '?code=c1', null],
  ['/open-banking/back', '', null],
  ['/', '?state=s1&code=c1', null],
])('reads %s%s', (pathname, search, wanted) => {
  expect(broughtBack({ pathname, search })).toEqual(wanted)
})

function answering(status: number, body: unknown): { client: Client; asked: { path: string; init: RequestInit }[] } {
  const asked: { path: string; init: RequestInit }[] = []
  const client = new Client(async (path, init) => {
    asked.push({ path: String(path), init: init! })
    return new Response(JSON.stringify(body), { status })
  })
  return { client, asked }
}

it('hands in what was brought with the token of whoever is logged in', async () => {
  const { client, asked } = answering(200, { outcome: 'linked', bank: 'Northbank' })
  expect(await handIn({ state: 's', code: 'c' }, client, 'token')).toContain('accounts at Northbank are linked')
  expect(asked).toHaveLength(1)
  expect(asked[0]!.path).toBe('/api/v2/me/linked-accounts')
  expect(asked[0]!.init.body).toBe('{"state":"s","code":"c"}')
  expect(new Headers(asked[0]!.init.headers).get('Authorization')).toBe('Bearer token')
})

it.each([
  [200, { outcome: 'declined', bank: 'Northbank' }, 'You did not agree at Northbank, so nothing was changed.'],
  [200, { outcome: 'unknown', bank: 'Northbank' }, 'Do not pay again'],
  [404, { error: { code: 'link_over', message: 'This link has ended.' } }, 'This link has ended.'],
  [500, { error: { code: 'internal_error', message: 'x' } }, 'could not be reached'],
])('says in one sentence what came of a %i', async (status, body, wanted) => {
  expect(await handIn({ state: 's' }, answering(status, body).client, 't')).toContain(wanted)
})
