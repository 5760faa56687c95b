/** Frames to and from an endpoint. */
import { type Frame, type FrameOptions, frame, opcodes, takeFrame } from "../../support/frames.js";
import type { Endpoint, Role } from "./endpoint.js";

/** Returns a frame as the peer of `role` sends it. */
export function frameTo(
	role: Role,
	opcode: number,
	payload?: string | Uint8Array,
	options?: FrameOptions,
): Buffer {
	return frame(opcode, payload, { mask: role === "server", ...options });
}

/** Returns the frames in `bytes`. @throws Error when the last one is incomplete. */
export function framesIn(bytes: Buffer): Frame[] {
	const frames: Frame[] = [];
	let rest = bytes;
	for (let taken = takeFrame(rest); taken; taken = takeFrame(rest)) {
		frames.push(taken.frame);
		rest = taken.rest;
	}
	if (rest.length > 0) throw new Error(`${rest.length} bytes are not a whole frame: ${rest.toString("hex")}`);
	return frames;
}

/** Returns opcode and payload of the frames that an endpoint has written since the last call. */
export function framesOf(endpoint: Endpoint): [opcode: number, payload: string][] {
	return framesIn(endpoint.takeWritten()).map(({ opcode, payload }) => [opcode, payload.toString("latin1")]);
}

/** Returns the code of the last close frame that an endpoint has written. */
export function closeCodeOf(endpoint: Endpoint): number | undefined {
	const [opcode, payload = ""] = framesOf(endpoint).at(-1) ?? [];
	return opcode === opcodes.close ? Buffer.from(payload, "latin1").readUInt16BE() : undefined;
}
