import { expect, it } from 'vitest'
import { forget, remember, remembered } from '../src/login'

function emptyStorage(): Storage {
  const entries = new Map<string, string>()
  return {
    getItem: (key: string) => entries.get(key) ?? null,
    setItem: (key: string, value: string) => void entries.set(key, value),
    removeItem: (key: string) => void entries.delete(key),
  } as Storage
}

it('keeps a log-in until it is forgotten', () => {
  const storage = emptyStorage()
  expect(remembered(storage)).toBeNull()
  remember(storage, { access_token: 'a', refresh_token: 'r', user: 'alex' })
  expect(remembered(storage)).toEqual({ access_token: 'a', refresh_token: 'r', user: 'alex' })
  forget(storage)
  expect(remembered(storage)).toBeNull()
})

it('starts anew when what is stored is broken', () => {
  const storage = emptyStorage()
  storage.setItem('teller.login', '{broken')
  expect(remembered(storage)).toBeNull()
})
