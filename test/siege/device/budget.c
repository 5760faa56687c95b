/*
 * Limits the memory of XS to that of a device. Sizes are those of a 32-bit device: 16 bytes per slot, 4 per pointer.
 * The linker replaces functions of the engine by the functions __wrap_... (option --wrap), so the SDK is not changed.
 * Array items are slots inside chunks and take 32 bytes here, so the budget is slightly stricter than on a device.
 */

#include <stdio.h>
#include <stdlib.h>
#include "xsAll.h"

enum { slotSize = 16, pointerSize = 4 };

extern void *__real_fxAllocateChunks(txMachine *the, txSize size);
extern txSlot *__real_fxAllocateSlots(txMachine *the, txSize count);
extern void __real_fxAbort(txMachine *the, int status);

/* Slots include the stack. */
static long slotsReserved = 0, chunksReserved = 0;
static long reported = -1;
static int refused = 0;

static long total(txMachine *the)
{
	long pointers = the->keyCount - the->keyOffset + the->nameModulo + the->symbolModulo + the->aliasCount;
	return slotsReserved * slotSize + chunksReserved + pointers * pointerSize;
}

/* Prints total bytes reserved, peak slots, peak bytes of chunks, peak slots of the stack, names, and collections. */
static void print(txMachine *the, long bytes)
{
	printf("siege %ld %ld %ld %ld %ld %ld\n", bytes, (long)the->peakHeapCount, (long)the->peakChunksSize,
		(long)(the->stackTop - the->stackPeak), (long)(the->keyIndex - the->keyOffset), (long)the->garbageCollectionCount);
	fflush(stdout);
}

static int fits(txMachine *the, long more)
{
	const char *budget = getenv("XS_WEB_SOCKET_SIEGE_BUDGET");
	long limit = budget ? atol(budget) : 0;
	long bytes = total(the) + more;
	if (limit == 0 || bytes <= limit)
		return 1;
	print(the, bytes);
	refused = 1;
	return 0;
}

void *__wrap_fxAllocateChunks(txMachine *the, txSize size)
{
	if (!fits(the, size))
		return NULL;
	chunksReserved += size;
	print(the, total(the));
	return __real_fxAllocateChunks(the, size);
}

txSlot *__wrap_fxAllocateSlots(txMachine *the, txSize count)
{
	if (!fits(the, (long)count * slotSize))
		return NULL;
	slotsReserved += count;
	print(the, total(the));
	return __real_fxAllocateSlots(the, count);
}

/* After a refused allocation, keep the last line: total() does not include that allocation. */
void __wrap_fxAbort(txMachine *the, int status)
{
	if (!refused)
		print(the, total(the));
	__real_fxAbort(the, status);
}

void xs_siege_setting(txMachine *the)
{
	const char *value = getenv("XS_WEB_SOCKET_SIEGE");
	fxString(the, mxResult, (txString)(value ? value : "{}"));
}

void xs_siege_report(txMachine *the)
{
	long now = total(the) + the->peakHeapCount + the->peakChunksSize + (the->stackTop - the->stackPeak) + the->keyIndex;
	if (now == reported)
		return;
	reported = now;
	print(the, total(the));
}
