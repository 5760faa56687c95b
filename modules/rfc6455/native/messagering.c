/*
 * Messages in a ring buffer. ../messagering.ts documents the methods and has the same in TypeScript. There is no state here. A
 * pointer into the heap is fetched again after each allocation, which may move what it points to.
 */
#include "frame.h"
#include "mc.xs.h"

enum {
	/* MessageHeader of ring.ts. */
	headerSize = 4,
	/* Most bytes of several frames that are sent together: a TCP segment of lwIP. */
	segment = 1436
};

/* The fields at the start of the buffer. */
typedef struct {
	uint32_t head;
	uint32_t used;
	uint32_t count;
} RingFields;

typedef struct {
	RingFields fields;
	/* The bytes after the fields. */
	uint8_t* bytes;
	uint32_t size;
} Ring;

static void openRing(xsMachine* the, Ring* ring)
{
	void* buffer;
	xsUnsignedValue size;
	xsmcGet(xsVar(0), xsThis, xsID_buffer);
	xsmcGetBufferWritable(xsVar(0), &buffer, &size);
	c_memcpy(&ring->fields, buffer, sizeof(RingFields));
	ring->bytes = (uint8_t*)buffer + sizeof(RingFields);
	ring->size = size - (uint32_t)sizeof(RingFields);
}

static void saveRing(const Ring* ring)
{
	c_memcpy(ring->bytes - sizeof(RingFields), &ring->fields, sizeof(RingFields));
}

/* Returns a position that may be behind the end as one from the start. */
static uint32_t wrap(const Ring* ring, uint32_t position)
{
	return (position < ring->size) ? position : position - ring->size;
}

static void copyOut(const Ring* ring, uint32_t position, uint8_t* target, uint32_t count)
{
	uint32_t toEnd = ring->size - position;
	if (count > toEnd) {
		c_memcpy(target + toEnd, ring->bytes, count - toEnd);
		count = toEnd;
	}
	c_memcpy(target, ring->bytes + position, count);
}

static uint32_t headerAt(const Ring* ring, uint32_t position)
{
	uint8_t bytes[headerSize];
	uint32_t header;
	copyOut(ring, position, bytes, headerSize);
	c_memcpy(&header, bytes, headerSize);
	return header;
}

static void setField(xsMachine* the, xsIdentifier id, uint32_t value)
{
	xsmcSetInteger(xsVar(0), (xsIntegerValue)value);
	xsmcSet(xsThis, id, xsVar(0));
}

static void removeMessages(xsMachine* the, uint32_t count)
{
	Ring ring;
	openRing(the, &ring);
	ring.fields.count -= count;
	while (count--) {
		uint32_t taken = headerSize + (headerAt(&ring, ring.fields.head) >> 1);
		ring.fields.used -= taken;
		ring.fields.head = wrap(&ring, ring.fields.head + taken);
	}
	saveRing(&ring);
}

/* push(message, binary) */
void xs_messagering_push(xsMachine* the)
{
	Ring ring;
	FramePayload payload;
	uint8_t header[headerSize];
	uint32_t value, position, toEnd;
	const uint8_t* rest;
	xsmcVars(1);
	openRing(the, &ring);
	findPayload(the, &xsArg(0), &payload);
	if ((payload.size > ring.size) || (payload.size + headerSize > ring.size - ring.fields.used)) {
		xsmcSetInteger(xsResult, -1);
		return;
	}
	value = (payload.size << 1) | (xsmcToBoolean(xsArg(1)) ? 1 : 0);
	c_memcpy(header, &value, headerSize);
	position = wrap(&ring, ring.fields.head + ring.fields.used);
	for (uint32_t index = 0; index < headerSize; index++) {
		ring.bytes[position] = header[index];
		position = wrap(&ring, position + 1);
	}
	toEnd = ring.size - position;
	if (toEnd > payload.size)
		toEnd = payload.size;
	rest = copyPayload(&payload, payload.bytes, ring.bytes + position, toEnd);
	copyPayload(&payload, rest, ring.bytes, payload.size - toEnd);
	ring.fields.used += payload.size + headerSize;
	ring.fields.count++;
	saveRing(&ring);
	xsmcSetInteger(xsResult, (xsIntegerValue)payload.size);
}

/* encode(masks, room) */
void xs_messagering_encode(xsMachine* the)
{
	Ring ring;
	int masks = xsmcToBoolean(xsArg(0));
	xsIntegerValue room = xsmcToInteger(xsArg(1));
	uint32_t count = 0, bytes = 0, size = 0, head;
	uint8_t* target;
	if (room < 0)
		return;
	xsmcVars(1);
	openRing(the, &ring);
	for (head = ring.fields.head; count < ring.fields.count; count++) {
		uint32_t length = headerAt(&ring, head) >> 1;
		uint32_t more = size + frameHeaderSize(length, masks) + length;
		if ((more > (uint32_t)room) || (size && (more > segment)))
			break;
		size = more;
		bytes += length;
		head = wrap(&ring, head + headerSize + length);
	}
	if (!count)
		return;
	setField(the, xsID_encodedCount, count);
	setField(the, xsID_encodedBytes, bytes);
	target = xsmcSetArrayBuffer(xsResult, C_NULL, (xsIntegerValue)size);
	openRing(the, &ring);
	for (head = ring.fields.head; count > 0; count--) {
		uint32_t header = headerAt(&ring, head);
		uint32_t length = header >> 1;
		target = writeFrameHeader(target, frameFinal | ((header & 1) ? frameBinary : frameText), length, masks);
		copyOut(&ring, wrap(&ring, head + headerSize), target, length);
		if (masks)
			maskFrame(target, length, target - frameKeySize);
		target += length;
		head = wrap(&ring, head + headerSize + length);
	}
}

/* removeEncoded() */
void xs_messagering_removeEncoded(xsMachine* the)
{
	xsmcVars(1);
	xsmcGet(xsResult, xsThis, xsID_encodedCount);
	removeMessages(the, (uint32_t)xsmcToInteger(xsResult));
}

/* remove(count) */
void xs_messagering_remove(xsMachine* the)
{
	xsmcVars(1);
	removeMessages(the, (uint32_t)xsmcToInteger(xsArg(0)));
}
