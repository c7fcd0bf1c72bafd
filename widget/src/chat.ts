/** The chat panel: deep-chat over our REST door. */

import type { DeepChat } from 'deep-chat'
import chatStyle from './chat.css?inline'
import { newId, type Choice, type Client, type Outgoing } from './api'
import { bubblesOf, choicesBubble, failureOf, plainText, type Bubble } from './replies'

interface Markdown {
  render: (text: string) => string
}

declare global {
  interface Window {
    /** Read by deep-chat whenever it makes its Markdown renderer. */
    remarkable_plugins?: { plugin: (markdown: Markdown) => void }[]
  }
}

interface Turn {
  messages: { text?: string; custom?: { payload?: string; messageId?: string } }[]
}

export interface ChatOptions {
  client: Client
  bearer: string
  starters: Choice[]
  /** What is said first, below the introduction. */
  news?: string | undefined
  onLoggedOut: () => void
}

const TRY_AGAIN: Choice = { title: 'Try again', payload: 'widget:try-again' }

const INTRODUCTION =
  '<p>Hello, I am Teller, an <strong>AI assistant</strong>: a program, not a person. ' +
  'I can look things up and move money when you confirm it. Ask for a person at any time. ' +
  '<a href="#privacy">How your data is handled</a></p>'

/** Puts a new conversation into `place`, in place of what was there. */
export async function openChat(place: HTMLElement, options: ChatOptions): Promise<void> {
  // Every bubble goes through this one renderer: with it, text stays text, whoever wrote it.
  window.remarkable_plugins = [{ plugin: (markdown) => (markdown.render = plainText) }]
  await import('deep-chat')
  const chat = document.createElement('deep-chat')
  const conversation = new Conversation(chat, options)
  // A font of the page's own also keeps deep-chat from asking another host for one.
  Object.assign(chat.style, HOST_STYLE)
  chat.auxiliaryStyle = chatStyle
  chat.connect = { handler: (turn: Turn, signals) => void conversation.answer(turn, signals.onResponse) }
  chat.introMessage = [{ html: INTRODUCTION }, ...(options.news === undefined ? [] : [{ text: options.news }])]
  chat.errorMessages = { displayServiceErrorMessages: true }
  chat.displayLoadingBubble = true
  chat.textInput = {
    characterLimit: 2000,
    placeholder: { text: 'Write a message', style: { color: 'var(--quiet)' } },
    styles: {
      container: INPUT_STYLE,
      focus: { outline: '2px solid var(--link)', outlineOffset: '1px' },
    },
  }
  chat.submitButtonStyles = SEND_BUTTON
  chat.messageStyles = MESSAGE_STYLES
  chat.htmlClassUtilities = { choice: { events: { click: (event) => conversation.choose(event.target) } } }
  onEveryRender(chat, (root) => {
    label(root)
    conversation.offer(options.starters)
  })
  place.replaceChildren(chat)
}

class Conversation {
  private sessionId = newId()
  private lastSent: (Outgoing & { title: string }) | null = null
  private lastOffer: Bubble[] = []

  constructor(
    private readonly chat: DeepChat,
    private readonly options: ChatOptions,
  ) {}

  /** Called by deep-chat for every message of the user; answers through `respond`. */
  async answer(turn: Turn, respond: (bubbles: Bubble[]) => Promise<void>): Promise<void> {
    const said = turn.messages.at(-1)
    const title = said?.text ?? ''
    const outgoing = {
      message: said?.custom?.payload ?? title,
      session_id: this.sessionId,
      message_id: said?.custom?.messageId ?? newId(),
    }
    this.lastSent = { ...outgoing, title }
    try {
      const answer = await this.options.client.chat(outgoing, this.options.bearer)
      this.sessionId = answer.session_id
      const bubbles = bubblesOf(answer, location.origin)
      this.lastOffer = bubbles.filter((bubble) => 'html' in bubble)
      await respond(bubbles)
    } catch (error) {
      // Logged out meanwhile: the failure of an old conversation is nothing to a new log-in.
      if (!this.chat.isConnected) return
      const failure = failureOf(error)
      await respond([{ error: failure.text }])
      if (failure.again) this.add(choicesBubble([TRY_AGAIN], []))
      else this.add(this.lastOffer)
      if (failure.loggedOut) this.options.onLoggedOut()
      if (failure.bug) reportError(error)
    }
  }

  /** A button was clicked: its title is what the customer said, its payload is what is sent. */
  choose(target: EventTarget | null | undefined): void {
    if (!(target instanceof HTMLElement)) return
    const payload = target.dataset.payload ?? ''
    if (payload === TRY_AGAIN.payload && this.lastSent) {
      const { title, message, message_id } = this.lastSent
      this.chat.submitUserMessage({ text: title, custom: { payload: message, messageId: message_id } })
    } else {
      this.chat.submitUserMessage({ text: target.textContent ?? payload, custom: { payload } })
    }
    this.chat.focusInput()
  }

  offer(choices: Choice[]): void {
    this.add(choicesBubble([], choices))
  }

  private add(bubbles: Bubble[]): void {
    for (const bubble of bubbles) this.chat.addMessage({ ...bubble, role: 'ai' })
  }
}

/**
 * deep-chat builds its view anew when its properties settle after the first rendering, and tells of the first only
 * (`onComponentRender`). The observer sees each.
 */
function onEveryRender(chat: DeepChat, then: (root: ShadowRoot) => void): void {
  const root = chat.shadowRoot
  const container = root?.querySelector('#container')
  if (!root || !container) throw new Error('deep-chat has no #container: this version is not the one we know')
  new MutationObserver(() => then(root)).observe(container, { childList: true })
}

/** Names and roles that deep-chat leaves out. */
function label(root: ShadowRoot): void {
  const log = root.querySelector('#messages')
  log?.setAttribute('role', 'log')
  log?.setAttribute('aria-live', 'polite')
  log?.setAttribute('aria-label', 'Conversation with Teller')
  log?.setAttribute('tabindex', '0')
  root.querySelector('#text-input')?.setAttribute('aria-label', 'Write a message')
  root.querySelector('#text-input')?.setAttribute('aria-multiline', 'true')
  root.querySelector('.input-button')?.setAttribute('aria-label', 'Send')
}

const HOST_STYLE = {
  backgroundColor: 'transparent',
  border: '0 solid transparent',
  borderRadius: '0',
  display: 'block',
  fontFamily: 'inherit',
  height: '100%',
  inset: '0',
  position: 'absolute',
  width: '100%',
}

const INPUT_STYLE = {
  backgroundColor: 'var(--field)',
  border: '1px solid var(--field-edge)',
  borderRadius: '14px',
  boxShadow: 'none',
  color: 'var(--ink)',
  fontSize: '1rem',
  marginInline: '1.15rem',
  padding: '0.3rem 0.2rem',
  width: '100%',
}

const ARROW =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke-width="2.5" ' +
  'stroke-linecap="round" stroke-linejoin="round"><path d="M12 19V5M5 12l7-7 7 7"/></svg>'

const SEND_BUTTON = {
  position: 'inside-end' as const,
  submit: { svg: { content: ARROW, styles: { default: { filter: 'none' } } } },
  disabled: {
    container: { default: { backgroundColor: 'var(--brand)', opacity: '0.5' } },
    svg: { content: ARROW, styles: { default: { filter: 'none' } } },
  },
}

const BUBBLE = { borderRadius: '16px', fontSize: '1rem', lineHeight: '1.45', maxWidth: '85%', padding: '0.6rem 0.9rem' }
const AI_BUBBLE = { backgroundColor: 'var(--bubble)', borderBottomLeftRadius: '4px', color: 'var(--ink)' }
const USER_BUBBLE = { backgroundColor: 'var(--brand)', borderBottomRightRadius: '4px', color: 'var(--on-brand)' }

const MESSAGE_STYLES = {
  default: { shared: { bubble: BUBBLE }, ai: { bubble: AI_BUBBLE }, user: { bubble: USER_BUBBLE } },
  html: { shared: { bubble: { backgroundColor: 'transparent', maxWidth: '100%', padding: '0', textAlign: 'start' } } },
  intro: { bubble: { ...BUBBLE, ...AI_BUBBLE } },
  error: { bubble: { ...BUBBLE, backgroundColor: 'var(--alarm-back)', color: 'var(--alarm)', textAlign: 'start' } },
  loading: { message: { styles: { bubble: { ...AI_BUBBLE, padding: '0.9rem 1.4rem' } } } },
}
