/** Device side of the control connection: lines of JSON over a native TCP connection, in bounded memory. */
import TCP from "embedded:io/socket/tcp";

/** Maximum length of a command line in bytes. */
const longestLine = 65536;
/** Stop reading commands while more bytes than this wait to be written. */
const highWater = 8192;
/** Maximum bytes of waiting reports. Above this the connection is closed: the test must watch fewer events. */
const mostWaiting = 262144;

const newline = 10;

/** Receives the events of a control connection. */
export interface ControlOwner {
	/** Called for each line, without its line end. */
	onLine(text: string): void;
	onClose(): void;
}

export class Control {
	private tcp: TCP | undefined;
	private readonly owner: ControlOwner;
	/** Bytes of the line that is not yet complete. */
	private partial: Uint8Array<ArrayBuffer>[] = [];
	private partialLength = 0;
	private readable = 0;
	private waiting: Uint8Array<ArrayBuffer>[] = [];
	private waitingLength = 0;
	private window = 0;

	constructor(from: TCP, owner: ControlOwner) {
		const control = this;
		this.owner = owner;
		this.tcp = new TCP({
			from,
			nodelay: true,
			onReadable(count) {
				control.readable = count;
				control.read();
			},
			onWritable(count) {
				control.window = count;
				control.write();
				control.read();
			},
			onError() {
				control.close();
				owner.onClose();
			},
		});
		this.tcp.format = "buffer";
	}

	close(): void {
		this.tcp?.close();
		this.tcp = undefined;
		this.waiting = [];
		this.partial = [];
	}

	/** Sends `report` as one line, as soon as the window allows. */
	tell(report: unknown): void {
		if (!this.tcp) return;
		const line = new Uint8Array(ArrayBuffer.fromString(`${JSON.stringify(report)}\n`));
		if (this.waitingLength + line.length > mostWaiting) {
			this.close();
			trace(`agent: more than ${mostWaiting} bytes of reports wait; watch fewer events\n`);
			this.owner.onClose();
			return;
		}
		this.waiting.push(line);
		this.waitingLength += line.length;
		this.write();
	}

	private write(): void {
		while (this.tcp && this.window > 0) {
			const line = this.waiting[0];
			if (!line) return;
			const part = line.length > this.window ? line.slice(0, this.window) : line;
			if (part.length < line.length) this.waiting[0] = line.subarray(part.length);
			else this.waiting.shift();
			this.waitingLength -= part.length;
			this.window = this.tcp.write(part) as unknown as number;
		}
	}

	private read(): void {
		while (this.tcp && this.readable > 0 && this.waitingLength <= highWater) {
			const bytes = new Uint8Array(this.tcp.read() as ArrayBuffer);
			this.readable = 0;
			this.take(bytes);
		}
	}

	private take(bytes: Uint8Array<ArrayBuffer>): void {
		let start = 0;
		for (;;) {
			const end = bytes.indexOf(newline, start);
			const piece = bytes.slice(start, end < 0 ? bytes.length : end);
			this.partial.push(piece);
			this.partialLength += piece.length;
			if (this.partialLength > longestLine) {
				trace(
					`agent: a command is longer than ${longestLine} bytes; generate the data on the device instead\n`,
				);
				this.close();
				this.owner.onClose();
				return;
			}
			if (end < 0) return;
			const line = new Uint8Array(this.partialLength);
			let position = 0;
			for (const part of this.partial) {
				line.set(part, position);
				position += part.length;
			}
			this.partial = [];
			this.partialLength = 0;
			this.owner.onLine(String.fromArrayBuffer(line.buffer));
			if (!this.tcp) return;
			start = end + 1;
		}
	}
}
