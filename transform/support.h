/* support.h: memory and containers (support.c). */
#ifndef ADGEN_SUPPORT_H
#define ADGEN_SUPPORT_H

#include <stdbool.h>
#include <stddef.h>

/* An arena: allocations live until the arena is freed. Zeroed memory; out of memory ends the run with exit 3. */
typedef struct Arena Arena;
Arena *arena_new(void);
Arena *arena_within(Arena *parent); /* freed with its parent, if not before */
void arena_free(Arena *a);
void *arena_alloc(Arena *a, size_t bytes);
enum { CACHE_LINE = 64 };
void *arena_line(Arena *a, size_t bytes); /* the same, from the beginning of a line of the processor's cache */
char *arena_strdup(Arena *a, const char *s);
char *arena_strndup(Arena *a, const char *s, size_t n);
char *arena_printf(Arena *a, const char *fmt, ...);

/* A growing array of pointers, in an arena. Zero-initialise with its arena: (Ptrs){.arena = a}. */
typedef struct {
    void **at;
    size_t n, cap;
    Arena *arena;
} Ptrs;
void ptrs_push(Ptrs *v, void *p);
bool ptrs_has(const Ptrs *v, const void *p);

/* A map from pointer to pointer (open addressing), in an arena. Zero-initialise with its arena. */
typedef struct {
    const void *key; /* NULL: free */
    void *val;
} PtrSlot;
typedef struct {
    PtrSlot *slots;
    size_t n, cap;
    Arena *arena;
} PtrMap;
void *ptrmap_get(const PtrMap *m, const void *key); /* NULL when absent */
void ptrmap_put(PtrMap *m, const void *key, void *val);

/* A map from string to pointer, in an arena. Zero-initialise with its arena. Keys are not copied. */
typedef struct {
    const char **keys;
    void **vals;
    size_t n, cap;
    Arena *arena;
} StrMap;
void *strmap_get(const StrMap *m, const char *key); /* NULL when absent */
void strmap_put(StrMap *m, const char *key, void *val);

/* A growing string. Zero-initialise with its arena; s is always terminated after the first append. */
typedef struct {
    char *s;
    size_t n, cap;
    Arena *arena;
} Str;
void str_put(Str *s, const char *text);
void str_putn(Str *s, const char *text, size_t n);
void str_fmt(Str *s, const char *fmt, ...);
bool text_has_word(const char *text, const char *word); /* an identifier, by itself */

/* The name that is most like `wanted` and not far from it, of those that are offered; NULL: none. */
typedef struct {
    const char *wanted, *best;
    int distance;
} Nearest;
void nearest_offer(Nearest *near, const char *name);

#endif
