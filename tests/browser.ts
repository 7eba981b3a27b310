import { spawn } from "node:child_process"
import { mkdtemp, rm } from "node:fs/promises"
import os from "node:os"
import path from "node:path"
import type { Readable, Writable } from "node:stream"

type Message = Readonly<Record<string, unknown>>

/** A headless Chromium with one tab, spoken to in the DevTools protocol over two pipes (messages of JSON that end with a zero byte). */
export interface Browser {
  /** Calls a method of the protocol in the tab. */
  call(method: string, parameters?: Message): Promise<Message>
  /** The value of an expression in the page. */
  evaluate<T>(expression: string): Promise<T>
  /** Opens an address and waits until it is loaded. */
  open(address: string): Promise<void>
  /** Every event of the tab so far. */
  readonly events: readonly { readonly method: string; readonly params: Message }[]
  close(): Promise<void>
}

/** Starts the browser with a profile of its own, which `close` removes. */
export async function startBrowser(executable: string): Promise<Browser> {
  const profile = await mkdtemp(path.join(os.tmpdir(), "scalewise-browser-"))
  const child = spawn(
    executable,
    [
      "--headless=new",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--remote-debugging-pipe",
      `--user-data-dir=${profile}`,
      "about:blank",
    ],
    { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] },
  )
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()))
  const [to, from] = [child.stdio[3] as Writable, child.stdio[4] as Readable]
  const waiting = new Map<number, { resolve: (result: Message) => void; reject: (error: Error) => void }>()
  const events: { method: string; params: Message }[] = []
  const listeners = new Set<(method: string) => void>()

  let rest = ""
  from.setEncoding("utf8").on("data", (chunk: string) => {
    const texts = (rest + chunk).split("\0")
    rest = texts.pop()!
    for (const text of texts) {
      const message = JSON.parse(text) as { id?: number; method?: string; params?: Message; result?: Message; error?: { message: string } }
      if (message.id == null) {
        events.push({ method: message.method!, params: message.params ?? {} })
        for (const listener of listeners) listener(message.method!)
        continue
      }
      const { resolve, reject } = waiting.get(message.id)!
      waiting.delete(message.id)
      if (message.error == null) resolve(message.result ?? {})
      else reject(new Error(message.error.message))
    }
  })
  // A browser that ends early must fail the test with its reason, not with a timeout.
  const fail = (error: Error): void => waiting.forEach(({ reject }) => reject(error))
  child.once("error", fail).once("exit", (code) => fail(new Error(`the browser ended with code ${code}`)))
  to.on("error", fail)

  let calls = 0
  const send = (method: string, params: Message, sessionId?: string): Promise<Message> =>
    new Promise((resolve, reject) => {
      const id = ++calls
      waiting.set(id, { resolve, reject })
      to.write(`${JSON.stringify({ id, method, params, ...(sessionId != null && { sessionId }) })}\0`)
    })

  const { targetId } = await send("Target.createTarget", { url: "about:blank" })
  const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true })
  const call = (method: string, parameters: Message = {}): Promise<Message> => send(method, parameters, sessionId as string)
  for (const domain of ["Page", "Runtime", "Log", "Network"]) await call(`${domain}.enable`)

  return {
    call,
    events,
    async evaluate<T>(expression: string) {
      const { result, exceptionDetails } = await call("Runtime.evaluate", { expression, returnByValue: true })
      if (exceptionDetails != null) throw new Error(JSON.stringify(exceptionDetails))
      return (result as { value: T }).value
    },
    async open(address) {
      const loaded = new Promise<void>((resolve) => {
        const listener = (method: string): void => {
          if (method !== "Page.loadEventFired") return
          listeners.delete(listener)
          resolve()
        }
        listeners.add(listener)
      })
      await call("Page.navigate", { url: address })
      await loaded
    },
    async close() {
      await send("Browser.close", {}).catch(() => child.kill())
      await exited
      await rm(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
