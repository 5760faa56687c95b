/*
 * Calls the native modules as the lines of its input say, and writes a line for each result. A line has words. Text and bytes
 * are in hexadecimal digits: "t" and the text as XS stores it, or "b" and the bytes.
 */
#include <stdio.h>
#include <sys/mman.h>
#include "mc.xs.h"
#include "xsmc.h"

enum { rings = 64 };

void xs_framecodec_encode(xsMachine* the);
void xs_framecodec_decode(xsMachine* the);
void xs_checksum_checksum(xsMachine* the);
void xs_messagering_push(xsMachine* the);
void xs_messagering_placeOf(xsMachine* the);
void xs_messagering_overwrite(xsMachine* the);
void xs_messagering_encode(xsMachine* the);
void xs_messagering_removeEncoded(xsMachine* the);
void xs_messagering_remove(xsMachine* the);

static xsMachine machine;
static xsMachine* const the = &machine;
static xsObject output;
static xsObject ringObjects[rings];
static char* line;

/* Addresses that nothing can read, and what is there. */
uint8_t* flash;
uint8_t flashBytes[flashSize];
static uint32_t flashUsed;
/* Number of texts so far: every other one is in flash. */
static int texts;

void xsGetBuffer(xsMachine* it, const xsSlot* slot, void** bytes, xsUnsignedValue* size)
{
	*bytes = it->chunks[slot->chunk].bytes + slot->offset;
	*size = slot->size;
}

static void* allocate(uint32_t size)
{
	/* Without a byte: an access to nothing is found, too. */
	void* bytes = malloc(size ? size : 1);
	if (!bytes)
		abort();
	return bytes;
}

void* xsSetChunk(xsMachine* it, xsSlot* slot, xsType type, uint32_t size, uint32_t allocated)
{
	int index;
	for (index = 0; index < it->chunkCount; index++) {
		xsChunk* chunk = &it->chunks[index];
		uint8_t* moved;
		if (isFlash(chunk->bytes))
			continue;
		moved = allocate(chunk->size);
		memcpy(moved, chunk->bytes, chunk->size);
		free(chunk->bytes);
		chunk->bytes = moved;
	}
	if (index == xsChunks)
		abort();
	it->chunks[index].bytes = allocate(allocated);
	it->chunks[index].size = allocated;
	memset(it->chunks[index].bytes, 0, allocated);
	it->chunkCount++;
	*slot = (xsSlot){.type = type, .chunk = index, .size = size};
	return it->chunks[index].bytes;
}

static char* word(void)
{
	char* found = strtok(line, " \n");
	line = NULL;
	if (!found)
		abort();
	return found;
}

static int number(void)
{
	return atoi(word());
}

static void setInteger(xsSlot* slot, int value)
{
	*slot = (xsSlot){.type = xsIntegerType, .integer = value};
}

/* Reads text or bytes. */
static void setData(xsSlot* slot)
{
	char* hex = word();
	uint32_t size = (uint32_t)(strlen(hex) - 1) / 2;
	uint8_t* bytes;
	if (*hex++ == 't') {
		bytes = xsSetChunk(the, slot, xsStringType, size, size + 1);
		if ((texts++ & 1) && (flashUsed + size < flashSize)) {
			xsChunk* chunk = &the->chunks[slot->chunk];
			free(chunk->bytes);
			chunk->bytes = flash + flashUsed;
			bytes = flashBytes + flashUsed;
			bytes[size] = 0;
			flashUsed += size + 1;
		}
	}
	else
		bytes = xsSetChunk(the, slot, xsReferenceType, size, size);
	for (; size > 0; size--, hex += 2) {
		char digits[3] = {hex[0], hex[1], 0};
		*bytes++ = (uint8_t)strtoul(digits, NULL, 16);
	}
}

static void writeBytes(char kind, const uint8_t* bytes, uint32_t size)
{
	putchar(kind);
	while (size--)
		printf("%02x", *bytes++);
}

static void writeResult(void)
{
	const xsSlot* slot = &the->result;
	if (slot->type == xsUndefinedType)
		printf("undefined");
	else if (slot->type == xsNullType)
		printf("null");
	else if (slot->type == xsIntegerType)
		printf("%d", slot->integer);
	else {
		const uint8_t* bytes = the->chunks[slot->chunk].bytes;
		int isText = slot->type == xsStringType;
		writeBytes(isText ? 't' : 'b', bytes, isText ? (uint32_t)strlen((const char*)bytes) : slot->size);
	}
}

/* Frees everything but the buffers of rings, which come first. */
static void release(int kept)
{
	while (the->chunkCount > kept) {
		uint8_t* bytes = the->chunks[--the->chunkCount].bytes;
		if (!isFlash(bytes))
			free(bytes);
	}
	flashUsed = 0;
}

static void callRing(const char* name)
{
	xsObject* ring = &ringObjects[number() % rings];
	the->self = (xsSlot){.type = xsReferenceType, .object = ring};
	if (!strcmp(name, "push")) {
		setData(&the->arguments[0]);
		setInteger(&the->arguments[1], number());
		setData(&the->arguments[2]);
		/* An empty key stands for none. */
		the->argumentCount = the->arguments[2].size ? 3 : 2;
		xs_messagering_push(the);
	}
	else if (!strcmp(name, "marker")) {
		setData(&the->arguments[0]);
		setInteger(&the->arguments[1], number());
		xsmcSetNull(the->arguments[2]);
		the->argumentCount = 3;
		xs_messagering_push(the);
	}
	else if (!strcmp(name, "placeOf")) {
		setData(&the->arguments[0]);
		setInteger(&the->arguments[1], number());
		xs_messagering_placeOf(the);
	}
	else if (!strcmp(name, "overwrite")) {
		setInteger(&the->arguments[0], number());
		setData(&the->arguments[1]);
		setInteger(&the->arguments[2], number());
		xs_messagering_overwrite(the);
	}
	else if (!strcmp(name, "bytes")) {
		/* All of the buffer, so that what is not in use is compared, too. */
		the->result = ring->properties[xsID_buffer];
	}
	else if (!strcmp(name, "encodeRing")) {
		setInteger(&the->arguments[0], number());
		setInteger(&the->arguments[1], number());
		xs_messagering_encode(the);
	}
	else if (!strcmp(name, "removeEncoded"))
		xs_messagering_removeEncoded(the);
	else {
		setInteger(&the->arguments[0], number());
		xs_messagering_remove(the);
	}
	writeResult();
	printf(" %d %d\n", ring->properties[xsID_encodedCount].integer, ring->properties[xsID_encodedBytes].integer);
}

int main(void)
{
	size_t size = 0;
	char* input = NULL;
	int ringCount = 0;
	flash = mmap(NULL, flashSize, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	while (getline(&input, &size, stdin) > 0) {
		line = input;
		const char* name = word();
		the->result = (xsSlot){.type = xsUndefinedType};
		setInteger(&output.properties[xsID_encoded], -1);
		setInteger(&output.properties[xsID_decoded], -1);
		if (!strcmp(name, "encode")) {
			setData(&the->arguments[0]);
			for (int index = 1; index <= 3; index++)
				setInteger(&the->arguments[index], number());
			the->arguments[4].object = &output;
			xs_framecodec_encode(the);
			writeResult();
			printf(" %d\n", output.properties[xsID_encoded].integer);
		}
		else if (!strcmp(name, "decode")) {
			setData(&the->arguments[0]);
			setInteger(&the->arguments[1], number());
			setInteger(&the->arguments[2], number());
			the->arguments[3].object = &output;
			xs_framecodec_decode(the);
			writeResult();
			printf(" %d\n", output.properties[xsID_decoded].integer);
		}
		else if (!strcmp(name, "checksum")) {
			setData(&the->arguments[0]);
			xs_checksum_checksum(the);
			writeResult();
			putchar('\n');
		}
		else if (!strcmp(name, "ring")) {
			xsObject* ring = &ringObjects[ringCount++ % rings];
			uint32_t bytes = (uint32_t)number();
			setInteger(&ring->properties[xsID_encodedCount], 0);
			setInteger(&ring->properties[xsID_encodedBytes], 0);
			xsSetChunk(the, &ring->properties[xsID_buffer], xsReferenceType, bytes, bytes);
			printf("%d\n", ringCount - 1);
		}
		else
			callRing(name);
		release(ringCount);
	}
	free(input);
	release(0);
	return 0;
}
