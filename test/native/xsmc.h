/*
 * A stand-in for XS in C: as much of it as the native modules use. Each allocation moves everything that was allocated before,
 * so that the address sanitizer finds a pointer that was kept too long.
 */
#ifndef XSMC_H
#define XSMC_H

#include "xsPlatform.h"

typedef int32_t xsIntegerValue;
typedef uint32_t xsUnsignedValue;
typedef int xsIdentifier;

typedef enum { xsUndefinedType, xsNullType, xsBooleanType, xsIntegerType, xsStringType, xsReferenceType } xsType;

typedef struct {
	uint8_t* bytes;
	uint32_t size;
} xsChunk;

/* A property has the index of its identifier. */
typedef struct xsObject xsObject;

typedef struct {
	xsType type;
	xsIntegerValue integer;
	/* Index of the chunk of a string or buffer. */
	int chunk;
	/* Part of the chunk that a buffer or view has. */
	uint32_t offset;
	uint32_t size;
	xsObject* object;
} xsSlot;

struct xsObject {
	xsSlot properties[8];
};

enum { xsSlots = 8, xsChunks = 64 };

typedef struct {
	xsSlot self;
	xsSlot result;
	xsSlot arguments[xsSlots];
	int argumentCount;
	xsSlot variables[xsSlots];
	xsChunk chunks[xsChunks];
	int chunkCount;
} xsMachine;

#define xsThis (the->self)
#define xsResult (the->result)
#define xsmcArgc (the->argumentCount)
#define xsArg(index) (the->arguments[index])
#define xsVar(index) (the->variables[index])
#define xsmcVars(count) ((void)(count))
#define xsmcTypeOf(slot) ((slot).type)
#define xsmcToString(slot) ((char*)the->chunks[(slot).chunk].bytes)
#define xsmcToInteger(slot) ((slot).integer)
#define xsmcToBoolean(slot) ((slot).integer != 0)
#define xsmcSetInteger(slot, value) ((slot) = (xsSlot){.type = xsIntegerType, .integer = (value)})
#define xsmcSetNull(slot) ((slot) = (xsSlot){.type = xsNullType})
#define xsmcSet(object_, id, slot) ((object_).object->properties[id] = (slot))
#define xsmcGet(slot, object_, id) ((slot) = (object_).object->properties[id])
#define xsmcGetBufferReadable(slot, bytes, size) xsGetBuffer(the, &(slot), (bytes), (size))
#define xsmcGetBufferWritable(slot, bytes, size) xsGetBuffer(the, &(slot), (bytes), (size))
#define xsmcSetArrayBuffer(slot, bytes, size) xsSetChunk(the, &(slot), xsReferenceType, (uint32_t)(size), (uint32_t)(size))
#define xsmcSetStringBuffer(slot, bytes, size) xsSetChunk(the, &(slot), xsStringType, (uint32_t)(size), (uint32_t)(size) + 1)

void xsGetBuffer(xsMachine* the, const xsSlot* slot, void** bytes, xsUnsignedValue* size);
void* xsSetChunk(xsMachine* the, xsSlot* slot, xsType type, uint32_t size, uint32_t allocated);

#endif
