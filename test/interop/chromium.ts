/** Headless Chromium as a client of the device's Server, on a page served by a local web server. */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, BrowserContextOptions, JSHandle, Page } from "playwright-core";
import { chromium as driver } from "playwright-core";
import { type Ending, fromWire, type Peer, type PeerOptions, toWire, type WireMessage } from "./peer.js";
import { chromium as executablePath } from "./requirements.js";

/** The peer inside the page (`page.html`). */
interface PeerInPage {
	readonly protocol: string;
	send(message: WireMessage): void;
	message(): Promise<WireMessage>;
	close(code?: number, reason?: string): void;
	closed(): Promise<Ending>;
}
declare const PagePeer: { open(url: string, protocols: readonly string[]): Promise<PeerInPage> };

/** Options that prevent network traffic of the browser itself. */
const quiet = [
	"--disable-gpu",
	"--disable-quic",
	"--no-first-run",
	"--disable-background-networking",
	"--disable-component-update",
	"--disable-sync",
];

/** A WebSocket of a page. */
export class ChromiumPeer implements Peer {
	readonly protocol: string;
	readonly #handle: JSHandle<PeerInPage>;

	constructor(handle: JSHandle<PeerInPage>, protocol: string) {
		this.#handle = handle;
		this.protocol = protocol;
	}

	send(message: string | Buffer): Promise<void> {
		return this.#handle.evaluate((peer, wire) => peer.send(wire), toWire(message));
	}

	async message(): Promise<string | Buffer> {
		return fromWire(await this.#handle.evaluate((peer) => peer.message()));
	}

	close(code?: number, reason?: string): Promise<void> {
		const values = [code, reason] as const;
		return this.#handle.evaluate((peer, [code, reason]) => peer.close(code, reason), values);
	}

	closed(): Promise<Ending> {
		return this.#handle.evaluate((peer) => peer.closed());
	}
}

/** A browser and the web server of its page. */
export class Chromium {
	readonly #browser: Browser;
	readonly #server: Server;

	static async start(): Promise<Chromium> {
		const page = await readFile(new URL("page.html", import.meta.url));
		const server = createServer((_request, response) => {
			response.setHeader("Content-Type", "text/html");
			response.end(page);
		}).listen(0, "127.0.0.1");
		await once(server, "listening");
		// Chromium's sandbox is not available as root and in most containers.
		return new Chromium(await driver.launch({ executablePath, args: quiet, chromiumSandbox: false }), server);
	}

	private constructor(browser: Browser, server: Server) {
		this.#browser = browser;
		this.#server = server;
	}

	get version(): string {
		return this.#browser.version();
	}

	/** Origin of the page, as in the header `Origin`. */
	get origin(): string {
		return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
	}

	/** Opens a new page. The caller closes it. */
	async page(): Promise<Page> {
		const page = await this.#browser.newPage();
		await page.goto(this.origin);
		return page;
	}

	/** Opens an empty page in a context of its own, for example with the size of a phone. `close` closes both. */
	async open(options?: BrowserContextOptions): Promise<{ page: Page; close(): Promise<void> }> {
		const context = await this.#browser.newContext(options);
		// esbuild adds calls of this function to those that tests pass to the page.
		await context.addInitScript("globalThis.__name = (named) => named");
		return { page: await context.newPage(), close: () => context.close() };
	}

	async stop(): Promise<void> {
		await this.#browser.close();
		this.#server.close();
		this.#server.closeAllConnections();
	}
}

/** Opens a WebSocket from a page. */
export async function openFrom(page: Page, url: string, options: PeerOptions = {}): Promise<ChromiumPeer> {
	const values = [url, options.protocols ?? []] as const;
	const handle = await page.evaluateHandle(([url, protocols]) => PagePeer.open(url, protocols), values);
	return new ChromiumPeer(handle, await handle.evaluate((peer) => peer.protocol));
}
