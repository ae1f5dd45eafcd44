/* tape.c: memory and the stack of kept values. */
#include "adgen_rt.h"

#include <stdlib.h>

/* ---------------------------------------------------------------------- memory */

#ifdef AD_DEBUG
/* A signalling NaN as a double; NaNs, every second one signalling, as floats: a value that is read before it is kept shows. */
static void poison(void *p, size_t bytes)
{
    static const unsigned word[2] = {0x7fa0deadu, 0x7ff2deadu};
    for (size_t i = 0; i < bytes; i++)
        ((unsigned char *)p)[i] = ((const unsigned char *)word)[i % sizeof word];
}
#endif

static void *checked(void *p, size_t bytes)
{
    if (!p) {
        ad_out_of_memory(bytes);
        abort(); /* a replacement that returned: going on would be undefined */
    }
    return p;
}

void *ad_tape_alloc(size_t n, size_t size)
{
    size_t bytes = ad_size_mul(n, size);
    void *p = checked(bytes == (size_t)-1 ? NULL : malloc(bytes ? bytes : 1), bytes);
#ifdef AD_DEBUG
    poison(p, bytes);
#endif
    return p;
}

void *ad_tape_calloc(size_t n, size_t size)
{
    size_t bytes = ad_size_mul(n, size);
    return checked(bytes == (size_t)-1 ? NULL : calloc(bytes ? bytes : 1, 1), bytes);
}

void *ad_shadow_calloc(int allocated, size_t n, size_t size)
{
    return allocated ? ad_tape_calloc(n, size) : NULL;
}

/* ---------------------------------------------------------------------- the stack */

/* Chunks double from 64 KiB to 16 MiB: few system calls, little slack. */
#define FIRST_CHUNK ((size_t)1 << 16)
#define LARGEST_CHUNK ((size_t)1 << 24)

struct ad_chunk {
    ad_chunk *prev;
    ad_chunk *next; /* one spare, kept by a pop so that pushes and pops around a chunk's edge do not allocate each time; of rooms, all */
    size_t capacity;
    size_t used;   /* while a later chunk is in use */
    size_t before; /* bytes used in all earlier chunks */
};

/* A multiple of 16 bytes, as rooms need it. */
#define CHUNK_HEADER ((sizeof(ad_chunk) + 15) / 16 * 16)

static unsigned char *chunk_data(ad_chunk *c)
{
    return (unsigned char *)c + CHUNK_HEADER;
}

static void enter_chunk(ad_stack *s, ad_chunk *c, size_t used)
{
    s->chunk = c;
    s->base = chunk_data(c);
    s->top = s->base + used;
    s->end = s->base + c->capacity;
}

/* With a limit, at most a quarter of what is left at once. */
static size_t next_capacity(const ad_chunk *last, size_t n, const size_t *left)
{
    size_t capacity = !last ? FIRST_CHUNK : last->capacity < LARGEST_CHUNK / 2 ? 2 * last->capacity : LARGEST_CHUNK;
    if (left && capacity > *left / 4)
        capacity = *left / 4;
    return capacity < n ? n : capacity;
}

static void free_chunk(ad_stack *s, ad_chunk *c)
{
    if (s->left)
        *s->left += c->capacity + CHUNK_HEADER;
    free(c);
}

/* All chunks behind c. */
static void free_later(ad_stack *s, ad_chunk *c)
{
    ad_chunk *later = c->next;
    c->next = NULL;
    while (later) {
        ad_chunk *next = later->next;
        free_chunk(s, later);
        later = next;
    }
}

void ad_stack_grow(ad_stack *s, size_t n)
{
    ad_chunk *last = s->chunk, *c = last ? last->next : NULL;
    if (last)
        last->used = (size_t)(s->top - s->base);
    if (c && c->capacity < n) {
        free_later(s, last);
        c = NULL;
    }
    if (!c) {
        size_t capacity = next_capacity(last, n, s->left);
        size_t bytes = capacity > (size_t)-1 - CHUNK_HEADER ? (size_t)-1 : capacity + CHUNK_HEADER;
        if (s->left)
            ad_limit_use(s->left, bytes);
        c = (ad_chunk *)ad_tape_alloc(bytes, 1);
        c->prev = last;
        c->next = NULL;
        c->capacity = capacity;
        if (last)
            last->next = c;
    }
    c->used = 0;
    c->before = last ? last->before + last->used : 0;
    enter_chunk(s, c, 0);
}

/* Also over chunks that a push left empty, being larger than they are. */
static void step_back(ad_stack *s)
{
    do {
        ad_chunk *c = s->chunk;
        if (!c || !c->prev)
            abort(); /* more pops than pushes: an error in the generated code */
        enter_chunk(s, c->prev, c->prev->used);
    } while (s->top == s->base);
}

void ad_stack_shrink(ad_stack *s)
{
    step_back(s);
    free_later(s, s->chunk->next); /* that is the spare */
}

/* What was popped is used until the iteration ends, and may reach over several chunks: they stay for pushes, or for the end. */
void ad_rooms_shrink(ad_stack *s)
{
    step_back(s);
}

size_t ad_stack_depth(const ad_stack *s)
{
    size_t bytes = s->chunk ? s->chunk->before + (size_t)(s->top - s->base) : 0;
    return 8 * bytes + s->nbits;
}

void ad_stack_free(ad_stack *s)
{
    static const ad_stack empty = AD_STACK_INIT;
    size_t *left = s->left;
    ad_chunk *c = s->chunk;
    if (c)
        free_later(s, c);
    while (c) {
        ad_chunk *prev = c->prev;
        free_chunk(s, c);
        c = prev;
    }
    *s = empty;
    s->left = left;
}

ad_tape *ad_tape_new(void)
{
    return (ad_tape *)ad_tape_calloc(1, sizeof(ad_tape));
}

void ad_tape_free(ad_tape *tape)
{
    ad_stack_free(tape);
    free(tape);
}
