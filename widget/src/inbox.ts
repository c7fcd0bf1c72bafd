/** The demo phone: the messages the bank sent to this customer, newest first. */

import { ApiError, type Client, type InboxMessage } from './api'

const POLL_MS = 3000
const KINDS: Record<string, string> = { sms: 'Text message', email: 'E-mail', push: 'App notice' }

export class Inbox {
  private timer: ReturnType<typeof setTimeout> | undefined
  private bearer: string | null = null
  private shown = ''

  constructor(
    private readonly client: Client,
    private readonly list: HTMLElement,
    private readonly status: HTMLElement,
    private readonly onLoggedOut: () => void,
  ) {}

  start(bearer: string): void {
    this.stop()
    this.bearer = bearer
    void this.poll(bearer)
  }

  stop(): void {
    clearTimeout(this.timer)
    this.bearer = null
    this.shown = ''
    this.list.replaceChildren()
    this.status.textContent = ''
  }

  private async poll(bearer: string): Promise<void> {
    let pause = POLL_MS
    try {
      const messages = await this.client.inbox(bearer)
      if (this.bearer !== bearer) return
      this.show(messages)
    } catch (error) {
      if (this.bearer !== bearer) return
      if (error instanceof ApiError && error.status === 401) {
        this.onLoggedOut()
        return
      }
      this.status.textContent = 'Messages cannot be fetched right now. Trying again.'
      if (error instanceof ApiError && error.retryAfter !== undefined) pause = Math.max(pause, error.retryAfter * 1000)
    }
    this.timer = setTimeout(() => void this.poll(bearer), pause)
  }

  private show(messages: InboxMessage[]): void {
    this.status.textContent = messages.length === 0 ? 'No messages yet. Security codes arrive here.' : ''
    // Drawing the same list again would make a screen reader read it again.
    const drawn = JSON.stringify(messages)
    if (drawn === this.shown) return
    this.shown = drawn
    this.list.replaceChildren(...messages.map(entry))
  }
}

function entry(message: InboxMessage): HTMLElement {
  const item = document.createElement('li')
  item.className = 'message'
  const head = document.createElement('p')
  head.className = 'message-head'
  const kind = document.createElement('span')
  kind.textContent = KINDS[message.kind] ?? message.kind
  const time = document.createElement('time')
  time.dateTime = message.sent_at
  time.textContent = clock(message.sent_at)
  head.append(kind, time)
  const text = document.createElement('p')
  text.className = 'message-text'
  text.textContent = message.text
  item.append(head)
  if (message.code) {
    const code = document.createElement('p')
    code.className = 'message-code'
    code.dataset.code = message.code
    code.textContent = message.code
    item.append(code)
  }
  item.append(text)
  return item
}

export function clock(sentAt: string): string {
  const moment = new Date(sentAt)
  if (Number.isNaN(moment.getTime())) return ''
  return moment.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
}
