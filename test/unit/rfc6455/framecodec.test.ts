import "../../../sim/node/globals.js";
import test from "ava";
import { decodeFrame, encodeFrame } from "../../../modules/rfc6455/framecodec.js";
import { MessageRing } from "../../../modules/rfc6455/messagering.js";
import { failures } from "../../support/framevectors.js";

test("frames are encoded and decoded, and messages queued, as the vectors say", (t) => {
	t.deepEqual(failures({ encodeFrame, decodeFrame, MessageRing }), []);
});
