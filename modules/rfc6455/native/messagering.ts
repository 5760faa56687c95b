import type { MessageData } from "../bytes.js";
import { Field } from "../ring.js";

// biome-ignore lint/suspicious/noExplicitAny: C returns what the declared method returns
declare function native(name: string): (...args: unknown[]) => any;

/** Declares the methods of messagering.c, which manifests use instead of ../messagering.ts. */
export class MessageRing {
	protected readonly buffer: ArrayBuffer;
	encodedCount: number;
	encodedBytes: number;

	constructor(size: number) {
		this.buffer = new ArrayBuffer(Field.size + size);
		this.encodedCount = 0;
		this.encodedBytes = 0;
	}

	push(message: MessageData, binary: boolean, key?: string | null): number {
		return native("xs_messagering_push").call(this, message, binary, key);
	}

	placeOf(key: string, from: number): number {
		return native("xs_messagering_placeOf").call(this, key, from);
	}

	overwrite(index: number, message: MessageData, binary: boolean): number {
		return native("xs_messagering_overwrite").call(this, index, message, binary);
	}

	encode(masks: boolean, room: number): ArrayBuffer | undefined {
		return native("xs_messagering_encode").call(this, masks, room);
	}

	removeEncoded(): number {
		return native("xs_messagering_removeEncoded").call(this);
	}

	remove(count: number): void {
		return native("xs_messagering_remove").call(this, count);
	}
}
