/*
 * Measures JSON before XS recurses over it. ../jsonlimits.ts documents the functions and has the same in TypeScript.
 * Neither function allocates, so pointers into the heap stay valid.
 */

#include "xsAll.h"

/* TextFault and ValueFault of jsonlimits.ts. */
enum {
	textTooDeep = -1,
	textTooManyValues = -2,
	textTooManyNames = -3,
	valueSound = 0,
	valueTooDeep = 1,
	valueCyclic = 2,
	valueTooManyEmptyArrays = 3,
	valueReadOnly = 4
};

enum {
	/* Limit of jsonlimits.ts. */
	emptyArraysReceived = 24,
	emptyArraysSent = 48,
	sendMargin = 2,
	nameOverhead = 20,
	indexDigits = 9,
	/* Longest name that is looked up, in bytes with its final zero; a longer one counts as new each time. */
	nameSize = 64,
	/* New names of one text that are remembered; a further one counts each time it is repeated. */
	mostNewNames = 32
};

/* The new property names of one text. */
typedef struct {
	txMachine* the;
	txInteger memory;
	txInteger limit;
	txInteger count;
	struct {
		const char* start;
		size_t length;
	} known[mostNewNames];
} txNewNames;

/* The current array or object, and those around it. */
typedef struct sxPath {
	const struct sxPath* outer;
	const txSlot* instance;
} txPath;

typedef struct {
	txMachine* the;
	txInteger depth;
	txInteger emptyArrays;
} txWalk;

static int isSpace(char character)
{
	return (character > 0) && (character <= ' ');
}

static const char* skipSpace(const char* text)
{
	while (isSpace(*text))
		text++;
	return text;
}

static int isDelimiter(char character)
{
	switch (character) {
		case 0: case ',': case ':': case '"': case '[': case ']': case '{': case '}':
			return 1;
		default:
			return isSpace(character);
	}
}

/* Returns the closing quote of a string, or the end of the text. */
static const char* endOfString(const char* text)
{
	while (*text && (*text != '"')) {
		if ((*text == '\\') && text[1])
			text++;
		text++;
	}
	return text;
}

/* True for an array index, which XS does not keep as a name. */
static int isIndex(const char* name, size_t length)
{
	if ((length == 0) || (length > indexDigits) || ((length > 1) && (*name == '0')))
		return 0;
	while (length--)
		if ((name[length] < '0') || (name[length] > '9'))
			return 0;
	return 1;
}

static int isKnown(const txNewNames* names, const char* name, size_t length)
{
	char buffer[nameSize];
	if (length < nameSize) {
		c_memcpy(buffer, name, length);
		buffer[length] = 0;
		/* A name with an escape differs from its text: it counts as new. */
		if (fxFindName(names->the, buffer))
			return 1;
	}
	for (txInteger index = 0; index < names->count; index++)
		if ((names->known[index].length == length) && !c_memcmp(names->known[index].start, name, length))
			return 1;
	return 0;
}

/* Counts a name if it is new. Returns 0 when there is no memory for it. */
static int countName(txNewNames* names, const char* name, size_t length)
{
	if (isIndex(name, length) || isKnown(names, name, length))
		return 1;
	names->memory += nameOverhead + (txInteger)length;
	if (names->memory > names->limit)
		return 0;
	if (names->count < mostNewNames) {
		names->known[names->count].start = name;
		names->known[names->count].length = length;
		names->count++;
	}
	return 1;
}

static txInteger measureText(txNewNames* names, const char* text, txInteger maxDepth, txInteger maxValues)
{
	txInteger depth = 0;
	txInteger values = 0;
	txInteger emptyArrays = 0;
	while (*text) {
		char character = *text++;
		switch (character) {
			case '"': {
				const char* start = text;
				const char* end = endOfString(text);
				text = *end ? end + 1 : end;
				text = skipSpace(text);
				if (*text != ':')
					values++;
				else if ((names->limit >= 0) && !countName(names, start, (size_t)(end - start)))
					return textTooManyNames;
				break;
			}
			case '[':
			case '{':
				values++;
				if (++depth > maxDepth)
					return textTooDeep;
				if ((character == '[') && (*skipSpace(text) == ']') && (++emptyArrays > emptyArraysReceived))
					return textTooManyValues;
				break;
			case ']':
			case '}':
				depth--;
				break;
			case ',':
			case ':':
				break;
			default:
				if (isSpace(character))
					break;
				values++;
				while (!isDelimiter(*text))
					text++;
				break;
		}
		if (values > maxValues)
			return textTooManyValues;
	}
	return names->memory;
}

static txInteger measureSlot(txWalk* walk, const txPath* outer, txSlot* slot);

static txInteger measureItems(txWalk* walk, const txPath* path, txSlot* array)
{
	txIndex count = fxGetIndexSize(walk->the, array);
	for (txIndex index = 0; index < count; index++) {
		txInteger fault = measureSlot(walk, path, array->value.array.address + index);
		if (fault)
			return fault;
	}
	return valueSound;
}

static txInteger measureSlot(txWalk* walk, const txPath* outer, txSlot* slot)
{
	txPath path;
	txSlot* property;
	if (slot->kind != XS_REFERENCE_KIND)
		return valueSound;
	path.outer = outer;
	path.instance = slot->value.reference;
	if (fxIsCallable(walk->the, slot))
		return valueSound;
	if (path.instance->flag & XS_MARK_FLAG)
		return valueReadOnly;
	for (const txPath* around = outer; around; around = around->outer)
		if (around->instance == path.instance)
			return valueCyclic;
	if (walk->depth == 0)
		return valueTooDeep;
	walk->depth--;
	for (property = path.instance->next; property; property = property->next) {
		txInteger fault = valueSound;
		if (property->kind == XS_ARRAY_KIND) {
			if ((property->value.array.length == 0) && (++walk->emptyArrays > emptyArraysSent))
				return valueTooManyEmptyArrays;
			fault = measureItems(walk, &path, property);
		}
		else if (!(property->flag & (XS_INTERNAL_FLAG | XS_DONT_ENUM_FLAG)))
			fault = measureSlot(walk, &path, property);
		if (fault)
			return fault;
	}
	walk->depth++;
	return valueSound;
}

void xs_jsonlimits_measureText(txMachine* the)
{
	txNewNames names;
	const char* text = fxToString(the, mxArgv(0));
	names.the = the;
	names.memory = 0;
	names.limit = fxToInteger(the, mxArgv(3));
	names.count = 0;
	mxResult->value.integer =
		measureText(&names, text, fxToInteger(the, mxArgv(1)), fxToInteger(the, mxArgv(2)));
	mxResult->kind = XS_INTEGER_KIND;
}

void xs_jsonlimits_measureValue(txMachine* the)
{
	txWalk walk;
	walk.the = the;
	walk.depth = fxToInteger(the, mxArgv(1)) + sendMargin;
	walk.emptyArrays = 0;
	mxResult->value.integer = measureSlot(&walk, C_NULL, mxArgv(0));
	mxResult->kind = XS_INTEGER_KIND;
}
