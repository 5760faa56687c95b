/*
 * Messages in a ring buffer. ../messagering.ts documents the methods and has the same in TypeScript. There is no state here. A
 * pointer into the heap is fetched again after each allocation, which may move what it points to.
 */
#include "frame.h"
#include "mc.xs.h"

enum {
	/* MessageHeader of ring.ts. */
	headerSize = 4,
	headerBinary = 1,
	headerLength = 1,
	headerLengthMask = 0xffffff,
	headerKey = 25,
	longestKey = 126,
	headerMarker = 127,
	/* Most bytes of several frames that are sent together: a TCP segment of lwIP. */
	segment = 1436
};

/* The fields at the start of the buffer. */
typedef struct {
	uint32_t head;
	uint32_t used;
	uint32_t count;
	uint32_t keys;
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

static uint32_t lengthOf(uint32_t header)
{
	return (header >> headerLength) & headerLengthMask;
}

static int isMarker(uint32_t header)
{
	return (header >> headerKey) == headerMarker;
}

static uint32_t keyLengthOf(uint32_t header)
{
	return isMarker(header) ? 0 : header >> headerKey;
}

/* Returns the bytes of a message in the ring: header, key and payload. */
static uint32_t sizeOf(uint32_t header)
{
	return headerSize + keyLengthOf(header) + lengthOf(header);
}

/* Writes bytes at a position. Returns the position behind them. */
static uint32_t copyIn(const Ring* ring, uint32_t position, const FramePayload* payload)
{
	uint32_t toEnd = ring->size - position;
	const uint8_t* rest;
	if (toEnd > payload->size)
		toEnd = payload->size;
	rest = copyPayload(payload, payload->bytes, ring->bytes + position, toEnd);
	copyPayload(payload, rest, ring->bytes, payload->size - toEnd);
	return wrap(ring, position + payload->size);
}

/* Writes a header at a position. Returns the position behind it. */
static uint32_t setHeader(const Ring* ring, uint32_t position, uint32_t keyLength, uint32_t length, int binary)
{
	uint32_t header = (keyLength << headerKey) | (length << headerLength) | (binary ? headerBinary : 0);
	FramePayload bytes = {(const uint8_t*)&header, headerSize, 0};
	return copyIn(ring, position, &bytes);
}

/* Moves bytes by a distance. The bytes may wrap around the end before and after. */
static void moveBytes(const Ring* ring, uint32_t position, uint32_t count, int32_t distance)
{
	uint32_t source, target;
	if (distance < 0) {
		source = position;
		target = wrap(ring, position + ring->size - (uint32_t)-distance);
		while (count--) {
			ring->bytes[target] = ring->bytes[source];
			source = wrap(ring, source + 1);
			target = wrap(ring, target + 1);
		}
	}
	else {
		source = wrap(ring, position + count);
		target = wrap(ring, source + (uint32_t)distance);
		while (count--) {
			source = source ? source - 1 : ring->size - 1;
			target = target ? target - 1 : ring->size - 1;
			ring->bytes[target] = ring->bytes[source];
		}
	}
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
		uint32_t header = headerAt(&ring, ring.fields.head);
		uint32_t taken = sizeOf(header);
		ring.fields.used -= taken;
		ring.fields.keys -= keyLengthOf(header);
		ring.fields.head = wrap(&ring, ring.fields.head + taken);
	}
	saveRing(&ring);
}

/* push(message, binary, key) */
void xs_messagering_push(xsMachine* the)
{
	Ring ring;
	FramePayload payload, key = {C_NULL, 0, 0};
	uint32_t position, needed;
	xsType keyType;
	xsmcVars(1);
	openRing(the, &ring);
	findPayload(the, &xsArg(0), &payload);
	keyType = (xsmcArgc > 2) ? xsmcTypeOf(xsArg(2)) : xsUndefinedType;
	if (keyType == xsStringType)
		findPayload(the, &xsArg(2), &key);
	needed = headerSize + key.size + payload.size;
	if ((payload.size > ring.size) || (needed > ring.size - ring.fields.used)) {
		xsmcSetInteger(xsResult, -1);
		return;
	}
	position = wrap(&ring, ring.fields.head + ring.fields.used);
	position = setHeader(&ring, position, (keyType == xsNullType) ? headerMarker : key.size, payload.size,
		xsmcToBoolean(xsArg(1)));
	if (key.size)
		position = copyIn(&ring, position, &key);
	copyIn(&ring, position, &payload);
	ring.fields.used += needed;
	ring.fields.count++;
	ring.fields.keys += key.size;
	saveRing(&ring);
	xsmcSetInteger(xsResult, (xsIntegerValue)payload.size);
}

/* placeOf(key, from) */
void xs_messagering_placeOf(xsMachine* the)
{
	Ring ring;
	FramePayload payload;
	uint8_t key[longestKey], found[longestKey];
	uint32_t head, from = (uint32_t)xsmcToInteger(xsArg(1));
	xsmcVars(1);
	xsmcSetInteger(xsResult, -1);
	openRing(the, &ring);
	findPayload(the, &xsArg(0), &payload);
	if (!ring.fields.keys || !payload.size || (payload.size > longestKey))
		return;
	copyPayload(&payload, payload.bytes, key, payload.size);
	head = ring.fields.head;
	for (uint32_t index = 0; index < ring.fields.count; index++) {
		uint32_t header = headerAt(&ring, head);
		if ((index >= from) && (keyLengthOf(header) == payload.size)) {
			copyOut(&ring, wrap(&ring, head + headerSize), found, payload.size);
			if (!c_memcmp(found, key, payload.size))
				xsmcSetInteger(xsResult, (xsIntegerValue)index);
		}
		head = wrap(&ring, head + sizeOf(header));
	}
}

/* overwrite(index, message, binary) */
void xs_messagering_overwrite(xsMachine* the)
{
	Ring ring;
	FramePayload payload;
	uint32_t header, keyLength, end, offset = 0, index = (uint32_t)xsmcToInteger(xsArg(0));
	uint32_t position;
	int32_t change;
	xsmcVars(1);
	openRing(the, &ring);
	findPayload(the, &xsArg(1), &payload);
	while (index--)
		offset += sizeOf(headerAt(&ring, wrap(&ring, ring.fields.head + offset)));
	position = wrap(&ring, ring.fields.head + offset);
	header = headerAt(&ring, position);
	keyLength = keyLengthOf(header);
	if ((payload.size > ring.size) || (payload.size > ring.size - ring.fields.used + lengthOf(header))) {
		xsmcSetInteger(xsResult, -1);
		return;
	}
	end = offset + sizeOf(header);
	change = (int32_t)payload.size - (int32_t)lengthOf(header);
	if (change)
		moveBytes(&ring, wrap(&ring, ring.fields.head + end), ring.fields.used - end, change);
	position = setHeader(&ring, position, keyLength, payload.size, xsmcToBoolean(xsArg(2)));
	copyIn(&ring, wrap(&ring, position + keyLength), &payload);
	ring.fields.used += (uint32_t)change;
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
		uint32_t header = headerAt(&ring, head);
		uint32_t length = lengthOf(header);
		uint32_t more = size + frameHeaderSize(length, masks) + length;
		if (isMarker(header) || (more > (uint32_t)room) || (size && (more > segment)))
			break;
		size = more;
		bytes += length;
		head = wrap(&ring, head + sizeOf(header));
	}
	if (!count)
		return;
	setField(the, xsID_encodedCount, count);
	setField(the, xsID_encodedBytes, bytes);
	target = xsmcSetArrayBuffer(xsResult, C_NULL, (xsIntegerValue)size);
	openRing(the, &ring);
	for (head = ring.fields.head; count > 0; count--) {
		uint32_t header = headerAt(&ring, head);
		uint32_t length = lengthOf(header);
		target = writeFrameHeader(target, frameFinal | ((header & headerBinary) ? frameBinary : frameText), length, masks);
		copyOut(&ring, wrap(&ring, head + headerSize + keyLengthOf(header)), target, length);
		if (masks)
			maskFrame(target, length, target - frameKeySize);
		target += length;
		head = wrap(&ring, head + sizeOf(header));
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
