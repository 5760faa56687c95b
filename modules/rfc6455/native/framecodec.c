/*
 * Encodes and decodes whole frames. ../framecodec.ts documents the functions and has the same in TypeScript. There is no
 * state here. A pointer into the heap is fetched again after each allocation, which may move what it points to.
 */
#include "frame.h"
#include "mc.xs.h"

enum {
	/* Mode and Decoded of frame.ts. */
	modeMasked = 1,
	modeStrings = 2,
	modeLimit = 4,
	decodedLength = 1,
	decodedNext = 12
};

static int isContinuation(uint8_t byte)
{
	return (byte & 0xc0) == 0x80;
}

/* Returns the length of the character at `text`; 0 if it is not UTF-8 (Unicode table 3-7). */
static uint32_t characterLength(const uint8_t* text, const uint8_t* end)
{
	uint8_t first = text[0];
	uint32_t length = (first < 0x80) ? 1 : (first < 0xe0) ? 2 : (first < 0xf0) ? 3 : 4;
	if (length == 1)
		return 1;
	if ((first < 0xc2) || (first > 0xf4) || ((uint32_t)(end - text) < length))
		return 0;
	for (uint32_t index = 1; index < length; index++)
		if (!isContinuation(text[index]))
			return 0;
	switch (first) {
		case 0xe0: return (text[1] < 0xa0) ? 0 : length;
		case 0xed: return (text[1] > 0x9f) ? 0 : length;
		case 0xf0: return (text[1] < 0x90) ? 0 : length;
		case 0xf4: return (text[1] > 0x8f) ? 0 : length;
		default: return length;
	}
}

static int isUtf8(const uint8_t* text, uint32_t length)
{
	const uint8_t* end = text + length;
	while (text < end) {
		uint32_t count = characterLength(text, end);
		if (!count)
			return 0;
		text += count;
	}
	return 1;
}

/* Replaces the zero bytes of a text by C0 80, from its end: the text has room for them. */
static void expandZeros(uint8_t* text, uint32_t length, uint32_t zeros)
{
	uint8_t* target = text + length + zeros;
	const uint8_t* source = text + length;
	while (source < target) {
		uint8_t byte = *--source;
		if (byte)
			*--target = byte;
		else {
			*--target = 0x80;
			*--target = 0xc0;
		}
	}
}

static uint32_t countZeros(const uint8_t* text, uint32_t length)
{
	uint32_t zeros = 0;
	while (length--)
		zeros += !*text++;
	return zeros;
}

/* Sets the result to a text; to null if it is not UTF-8. */
static void setText(xsMachine* the, xsUnsignedValue offset, uint32_t length, const uint8_t* key)
{
	uint8_t* bytes;
	uint8_t* text;
	uint32_t index, zeros;
	uint8_t bits = 0;
	xsUnsignedValue size;
	xsmcSetStringBuffer(xsResult, C_NULL, (xsIntegerValue)length);
	xsmcGetBufferReadable(xsArg(0), (void**)&bytes, &size);
	text = (uint8_t*)xsmcToString(xsResult);
	c_memcpy(text, bytes + offset, length);
	if (key)
		maskFrame(text, length, key);
	for (index = 0; index < length; index++)
		bits |= text[index];
	if ((bits & 0x80) && !isUtf8(text, length)) {
		xsmcSetNull(xsResult);
		return;
	}
	zeros = countZeros(text, length);
	if (zeros) {
		xsVar(0) = xsResult;
		xsmcSetStringBuffer(xsResult, C_NULL, (xsIntegerValue)(length + zeros));
		text = (uint8_t*)xsmcToString(xsResult);
		c_memcpy(text, xsmcToString(xsVar(0)), length);
		expandZeros(text, length, zeros);
	}
}

/* encodeFrame(data, first, masks, room, result) */
void xs_framecodec_encode(xsMachine* the)
{
	FramePayload payload;
	int masks = xsmcToBoolean(xsArg(2));
	xsIntegerValue room = xsmcToInteger(xsArg(3));
	uint32_t header, size;
	uint8_t* frame;
	uint8_t* target;
	findPayload(the, &xsArg(0), &payload);
	header = frameHeaderSize(payload.size, masks);
	size = header + payload.size;
	if ((room < 0) || (size > (uint32_t)room) || (size < header))
		return;
	xsmcVars(1);
	xsmcSetInteger(xsVar(0), (xsIntegerValue)payload.size);
	xsmcSet(xsArg(4), xsID_encoded, xsVar(0));
	frame = xsmcSetArrayBuffer(xsResult, C_NULL, (xsIntegerValue)size);
	findPayload(the, &xsArg(0), &payload);
	target = writeFrameHeader(frame, (uint8_t)xsmcToInteger(xsArg(1)), payload.size, masks);
	copyPayload(&payload, payload.bytes, target, payload.size);
	if (masks)
		maskFrame(target, payload.size, target - frameKeySize);
}

/* decodeFrame(bytes, start, mode, result) */
void xs_framecodec_decode(xsMachine* the)
{
	const uint8_t* bytes;
	xsUnsignedValue size, offset, end;
	uint32_t length;
	uint8_t key[frameKeySize];
	int masked, binary, mode = xsmcToInteger(xsArg(2));
	xsmcGetBufferReadable(xsArg(0), (void**)&bytes, &size);
	offset = (xsUnsignedValue)xsmcToInteger(xsArg(1));
	if (offset + 2 > size)
		return;
	binary = bytes[offset] == (frameFinal | frameBinary);
	if (!binary && (bytes[offset] != (frameFinal | frameText)))
		return;
	masked = (bytes[offset + 1] & frameMasked) != 0;
	if (masked != (mode & modeMasked))
		return;
	length = bytes[offset + 1] & frameLengthBits;
	offset += 2;
	if (length == frameLength16) {
		if (offset + 2 > size)
			return;
		length = ((uint32_t)bytes[offset] << 8) | bytes[offset + 1];
		if (length <= frameShort)
			return;
		offset += 2;
	}
	else if (length > frameShort)
		return;
	end = offset + (masked ? frameKeySize : 0) + length;
	if (!length || (length * modeLimit > (uint32_t)mode) || (end > size))
		return;
	if (masked) {
		c_memcpy(key, bytes + offset, frameKeySize);
		offset += frameKeySize;
	}
	xsmcVars(1);
	xsmcSetInteger(xsVar(0), (xsIntegerValue)((end << decodedNext) | (length << decodedLength) | (uint32_t)binary));
	xsmcSet(xsArg(3), xsID_decoded, xsVar(0));
	if (!binary && (mode & modeStrings))
		setText(the, offset, length, masked ? key : C_NULL);
	else {
		uint8_t* payload = xsmcSetArrayBuffer(xsResult, C_NULL, (xsIntegerValue)length);
		xsmcGetBufferReadable(xsArg(0), (void**)&bytes, &size);
		c_memcpy(payload, bytes + offset, length);
		if (masked)
			maskFrame(payload, length, key);
		if (!binary && !isUtf8(payload, length))
			xsmcSetNull(xsResult);
	}
}
