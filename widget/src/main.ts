import './style.css'
import './desk.css'
import { ApiError, Client, type Choice } from './api'
import { openChat } from './chat'
import { Inbox } from './inbox'
import { broughtBack, handIn, LOG_IN_FIRST } from './linked'
import { forget, remember, remembered, type LogIn } from './login'
import { logInFailure } from './replies'

const CUSTOMER_STARTERS: Choice[] = [
  { title: 'What is my balance?', payload: 'What is my balance?' },
  { title: 'Show my latest transactions', payload: 'Show my latest transactions' },
  { title: 'I want to send money', payload: 'I want to send money' },
  { title: 'I lost my card', payload: 'I lost my card' },
]

const GUEST_STARTERS: Choice[] = [
  { title: 'What can you do?', payload: 'What can you do?' },
  { title: 'Which currencies can I hold?', payload: 'Which currencies can I hold?' },
  { title: 'In which countries are you available?', payload: 'In which countries are you available?' },
]

function element<T extends HTMLElement>(id: string): T {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`The page has no element #${id}`)
  return found as T
}

const page = {
  welcome: element('welcome'),
  desk: element('desk'),
  deskTitle: element('desk-title'),
  form: element<HTMLFormElement>('login'),
  user: element<HTMLInputElement>('login-user'),
  password: element<HTMLInputElement>('login-password'),
  submit: element<HTMLButtonElement>('login-submit'),
  guest: element<HTMLButtonElement>('guest'),
  loginStatus: element('login-status'),
  logOut: element<HTMLButtonElement>('logout'),
  chat: element('chat'),
  phone: element('phone'),
}

const LOGGED_OUT = 'Your log-in has ended. Please log in again.'

const client = new Client()
const inbox = new Inbox(client, element('inbox'), element('inbox-status'), () => showLogIn(LOGGED_OUT))
let current: LogIn | null = null
let brought = broughtBack(location)

/** What came of the way to another bank, if this customer has just come back from one. */
async function news(logIn: LogIn): Promise<string | undefined> {
  if (brought === null || logIn.user === null) return undefined
  const handedIn = brought
  brought = null
  return handIn(handedIn, client, logIn.access_token)
}

async function showDesk(logIn: LogIn): Promise<void> {
  current = logIn
  remember(sessionStorage, logIn)
  page.welcome.hidden = true
  page.desk.hidden = false
  page.logOut.hidden = false
  page.phone.hidden = logIn.user === null
  page.logOut.textContent = logIn.user === null ? 'Leave' : 'Log out'
  page.deskTitle.textContent = logIn.user === null ? 'Hello. You are here as a guest.' : `Hello, ${logIn.user}.`
  if (logIn.user !== null) inbox.start(logIn.access_token)
  try {
    await openChat(page.chat, {
      client,
      bearer: logIn.access_token,
      news: await news(logIn),
      starters: logIn.user === null ? GUEST_STARTERS : CUSTOMER_STARTERS,
      onLoggedOut: () => showLogIn(LOGGED_OUT),
    })
    page.deskTitle.focus()
  } catch (error) {
    showLogIn('The chat could not be loaded. Please reload the page.', true)
    reportError(error)
  }
}

/** The line below the log-in form. */
function sayAtLogIn(text: string, alarm = false): void {
  page.loginStatus.textContent = text
  page.loginStatus.classList.toggle('alarm', alarm)
}

function showLogIn(status: string, alarm = false): void {
  current = null
  forget(sessionStorage)
  inbox.stop()
  page.chat.replaceChildren()
  page.desk.hidden = true
  page.logOut.hidden = true
  page.welcome.hidden = false
  sayAtLogIn(status, alarm)
  page.password.value = ''
  page.user.focus()
}

async function enter(fetchLogIn: () => Promise<LogIn>): Promise<void> {
  page.submit.disabled = page.guest.disabled = true
  sayAtLogIn('One moment…')
  try {
    const logIn = await fetchLogIn()
    sayAtLogIn('')
    page.password.value = ''
    await showDesk(logIn)
  } catch (error) {
    sayAtLogIn(logInFailure(error), true)
  } finally {
    page.submit.disabled = page.guest.disabled = false
  }
}

async function logOut(): Promise<void> {
  if (current === null) return
  const { access_token, refresh_token } = current
  page.logOut.disabled = true
  let status = 'You are logged out.'
  try {
    if (refresh_token) await client.revoke(refresh_token, access_token)
    await client.revoke(access_token, access_token)
  } catch (error) {
    // A log-in that the bank no longer knows has ended, which is what was wanted.
    const ended = error instanceof ApiError && error.status === 401
    if (!ended) status = 'You are logged out here, but the bank could not be told. It ends your log-in within a day.'
  }
  page.logOut.disabled = false
  showLogIn(status)
}

page.form.addEventListener('submit', (event) => {
  event.preventDefault()
  const user = page.user.value.trim()
  void enter(async () => ({ ...(await client.logIn(user, page.password.value)), user }))
})
page.guest.addEventListener('click', () => void enter(async () => ({ ...(await client.enterAsGuest()), user: null })))
page.logOut.addEventListener('click', () => void logOut())

// The code in the address is nobody else's business, and serves once.
if (brought !== null) history.replaceState(null, '', '/')
const earlier = remembered(sessionStorage)
if (earlier !== null) void showDesk(earlier)
else if (brought !== null) sayAtLogIn(LOG_IN_FIRST)
