/*
 * What framecodec.c and sendqueue.c share: the payload of a frame, and the frame around it (RFC 6455 section 5.2).
 */
#ifndef FRAME_H
#define FRAME_H

#include "xsPlatform.h"
#include "xsmc.h"

enum {
	frameFinal = 0x80,
	frameMasked = 0x80,
	frameText = 1,
	frameBinary = 2,
	frameLengthBits = 0x7f,
	frameLength16 = 126,
	frameLength64 = 127,
	/* Longest payload with a 7-bit and with a 16-bit length, in bytes. */
	frameShort = 125,
	frameMedium = 0xffff,
	frameKeySize = 4
};

/* Bytes of a message. XS writes a zero character in a string as the two bytes C0 80. */
typedef struct {
	const uint8_t* bytes;
	/* Bytes on the wire. */
	uint32_t size;
	/* Number of zero characters in a string. */
	uint32_t zeros;
} FramePayload;

/* Finds the bytes of a string, a buffer or a view. They stay valid until XS allocates. */
static inline void findPayload(xsMachine* the, xsSlot* slot, FramePayload* payload)
{
	payload->zeros = 0;
	if (xsmcTypeOf(*slot) == xsStringType) {
		const char* text = xsmcToString(*slot);
		const char* zero = text;
		payload->bytes = (const uint8_t*)text;
		while ((zero = c_strchr(zero, 0xc0)) != C_NULL) {
			zero++;
			payload->zeros++;
		}
		payload->size = (uint32_t)c_strlen(text) - payload->zeros;
	}
	else {
		void* bytes;
		xsUnsignedValue size;
		xsmcGetBufferReadable(*slot, &bytes, &size);
		payload->bytes = bytes;
		payload->size = size;
	}
}

/* Copies a part of a payload that is `count` bytes on the wire. Returns where its source ends. */
static inline const uint8_t* copyPayload(const FramePayload* payload, const uint8_t* source, uint8_t* target, uint32_t count)
{
	if (!payload->zeros) {
		c_memcpy(target, source, count);
		return source + count;
	}
	while (count--) {
		/* A literal may be in flash, which ESP8266 reads in words only. */
		uint8_t byte = c_read8(source);
		source++;
		if (byte == 0xc0) {
			byte = 0;
			source++;
		}
		*target++ = byte;
	}
	return source;
}

/* Returns the size of a header, in bytes. */
static inline uint32_t frameHeaderSize(uint32_t length, int masks)
{
	uint32_t size = (length <= frameShort) ? 2 : (length <= frameMedium) ? 4 : 10;
	return masks ? size + frameKeySize : size;
}

/* Writes a header with a new masking key. Returns where the payload starts. */
static inline uint8_t* writeFrameHeader(uint8_t* target, uint8_t first, uint32_t length, int masks)
{
	uint8_t masked = masks ? frameMasked : 0;
	*target++ = first;
	if (length <= frameShort)
		*target++ = (uint8_t)(masked | length);
	else if (length <= frameMedium)
		*target++ = masked | frameLength16;
	else {
		*target++ = masked | frameLength64;
		c_memset(target, 0, 4);
		target += 4;
		*target++ = (uint8_t)(length >> 24);
		*target++ = (uint8_t)(length >> 16);
	}
	if (length > frameShort) {
		*target++ = (uint8_t)(length >> 8);
		*target++ = (uint8_t)length;
	}
	if (masks) {
		/* The platform's random numbers have 31 bits or fewer. */
		uint32_t key = ((uint32_t)c_rand() << 16) ^ (uint32_t)c_rand();
		c_memcpy(target, &key, frameKeySize);
		target += frameKeySize;
	}
	return target;
}

/* Masks or unmasks bytes (RFC 6455 section 5.3). */
static inline void maskFrame(uint8_t* bytes, uint32_t count, const uint8_t* key)
{
	uint32_t words;
	c_memcpy(&words, key, frameKeySize);
	for (; count >= frameKeySize; count -= frameKeySize) {
		uint32_t word;
		c_memcpy(&word, bytes, frameKeySize);
		word ^= words;
		c_memcpy(bytes, &word, frameKeySize);
		bytes += frameKeySize;
	}
	while (count--)
		*bytes++ ^= *key++;
}

#endif
