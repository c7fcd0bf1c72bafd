import { describe, expect, it } from 'vitest'
import { ApiError, NetworkFailure, type ChatAnswer } from '../src/api'
import { bubblesOf, choicesBubble, failureOf, logInFailure, plainText } from '../src/replies'

function answer(more: Partial<ChatAnswer>): ChatAnswer {
  return { session_id: 's', message_id: 'm', responses: [], ...more }
}

function htmlOf(bubbles: unknown[]): string {
  return (bubbles.at(-1) as { html: string }).html
}

describe('plainText', () => {
  it.each([
    ['<img src=x onerror=alert(1)>', '&lt;img src=x onerror=alert(1)&gt;'],
    ['**bold** [a](javascript:b) `c`', '**bold** [a](javascript:b) `c`'],
    ['one\ntwo\r\nthree', 'one<br>two<br>three'],
    ['"Fish & chips" isn\'t &lt;', '&quot;Fish &amp; chips&quot; isn&#39;t &amp;lt;'],
  ])('shows %j literally', (text, html) => expect(plainText(text)).toBe(html))
})

describe('bubblesOf', () => {
  it('makes one bubble for each text, in order', () => {
    const bubbles = bubblesOf(answer({ responses: [{ text: 'One' }, { text: '' }, { text: 'Two' }] }))
    expect(bubbles).toEqual([{ text: 'One' }, { text: 'Two' }])
  })

  it('offers buttons first, then suggestions, each payload once', () => {
    const bubbles = bubblesOf(
      answer({
        responses: [{ text: 'Sure?', buttons: [{ title: 'Yes', payload: '/affirm' }] }],
        suggestions: [
          { title: 'Of course', payload: '/affirm' },
          { title: 'Balance', payload: 'What is my balance?' },
        ],
      }),
    )
    const titles = [...htmlOf(bubbles).matchAll(/class="choice (\w+)"[^>]*>([^<]*)</g)].map((found) => found.slice(1))
    expect(titles).toEqual([
      ['button', 'Yes'],
      ['suggestion', 'Balance'],
    ])
  })

  it('escapes titles and payloads', () => {
    const html = htmlOf(choicesBubble([{ title: '<b>x</b>', payload: '/a{"b":"\'><i>"}' }], []))
    expect(html).toContain('&lt;b&gt;x&lt;/b&gt;')
    expect(html).toContain('data-payload="/a{&quot;b&quot;:&quot;&#39;&gt;&lt;i&gt;&quot;}"')
    expect(html).not.toMatch(/<b>|<i>/)
  })

  it('makes our own way to another bank a link, and nothing else', () => {
    const ours = 'https://teller.example/open-banking/go/a_B-1'
    const shown = (text: string) => bubblesOf(answer({ responses: [{ text }] }), 'https://teller.example')
    expect(shown(`<b>Open</b>\n${ours}`)).toEqual([{ html: `&lt;b&gt;Open&lt;/b&gt;<br><a href="${ours}">${ours}</a>` }])
    for (const text of [
      'https://teller.example.evil.example/open-banking/go/a',
      'https://evil.example/open-banking/go/a',
      'https://teller.example/open-banking/back?state=a',
      'javascript:alert(1)',
    ]) {
      expect(shown(text)).toEqual([{ text }])
    }
  })

  it('tells when a colleague has the conversation, and never leaves the customer without a bubble', () => {
    expect(bubblesOf(answer({ handled_by: 'agent' }))).toEqual([{ text: expect.stringContaining('colleague') }])
    expect(bubblesOf(answer({}))).toHaveLength(1)
  })

  it('takes null for nothing', () => {
    const bubbles = bubblesOf(answer({ responses: [{ text: 'Hi', buttons: null }], suggestions: null }))
    expect(bubbles).toEqual([{ text: 'Hi' }])
  })
})

describe('failureOf', () => {
  const refused = (status: number, retryAfter?: number, traceId?: string): ApiError =>
    new ApiError(status, 'code', 'The words of the server.', retryAfter, traceId)

  it('asks to log in again after 401', () => {
    expect(failureOf(refused(401))).toMatchObject({ loggedOut: true, again: false })
  })

  it.each([
    [12, '12 seconds'],
    [0.2, '1 second'],
    [undefined, 'a minute'],
  ])('says how long to wait after 429 (%s)', (seconds, words) => {
    expect(failureOf(refused(429, seconds))).toMatchObject({ text: expect.stringContaining(`wait ${words}.`), again: true })
  })

  it('gives the trace number of a fault on our side', () => {
    expect(failureOf(refused(503, undefined, 'trace-9')).text).toContain('trace-9')
  })

  it('offers to send again when no answer came', () => {
    expect(failureOf(new NetworkFailure())).toMatchObject({ again: true, loggedOut: false })
  })

  it('tells a fault of the page from a fault of the bank', () => {
    expect(failureOf(new RangeError('bug'))).toMatchObject({ bug: true, again: false })
    expect(failureOf(refused(500))).toMatchObject({ bug: false })
  })

  it('does not tell which half of a log-in was wrong', () => {
    expect(logInFailure(refused(401))).toBe(logInFailure(refused(400)))
  })
})
