/* support.c: arenas, pointer arrays, pointer maps, growing strings. */
#include "transform.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* ---------------------------------------------------------------------- arena */

typedef struct Chunk Chunk;
struct Chunk {
    Chunk *next;
    size_t used, size;
    bool mapped; /* by mmap, else from the heap */
    /* Allocations start at the first multiple of ALIGN after the header. */
};

struct Arena {
    Chunk *head;
    size_t next_size; /* chunks double, so that a big function costs few of them and a small one little memory */
    Arena *parent, *children, *before, *after; /* before, after: among the children of the parent */
};

enum { ALIGN = 16, FIRST_CHUNK = 4096, LAST_CHUNK = 1 << 20, PAGES = 2 << 20, SMALL_PAGE = 4096 };

static size_t round_up(size_t n)
{
    return (n + ALIGN - 1) / ALIGN * ALIGN;
}

static void *checked_calloc(size_t bytes)
{
    void *p = calloc(1, bytes);
    if (!p)
        limit_exceeded((Loc){.file = -1}, "out of memory (%zu bytes)", bytes);
    return p;
}

Arena *arena_new(void)
{
    Arena *a = checked_calloc(sizeof *a);
    a->next_size = FIRST_CHUNK;
    return a;
}

Arena *arena_within(Arena *parent)
{
    Arena *a = arena_new();
    a->parent = parent;
    a->after = parent->children;
    if (a->after)
        a->after->before = a;
    parent->children = a;
    return a;
}

static void leave_parent(Arena *a)
{
    if (a->before)
        a->before->after = a->after;
    else if (a->parent)
        a->parent->children = a->after;
    if (a->after)
        a->after->before = a->before;
}

/* `size` bytes, a multiple of SMALL_PAGE, at a multiple of PAGES, in large pages where the system has such: a large function's ops lie on more
 * small ones than the processor remembers. NULL: no such memory. */
static void *large_pages(size_t size)
{
    char *p = mmap(NULL, size + PAGES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return NULL;
    size_t before = -(uintptr_t)p % PAGES;
    if (before)
        munmap(p, before);
    if (before < PAGES)
        munmap(p + before + size, PAGES - before);
    madvise(p + before, size, MADV_HUGEPAGE);
    return p + before;
}

/* Chunks of PAGES bytes that are free, zeroed but for their headers: most arenas are a pass's and soon gone, and to clear what one used is less
 * work than to have the system do it. */
static struct {
    Chunk *head;
    int n;
} spare;

#ifdef __SANITIZE_ADDRESS__
enum { MAX_SPARE = 0 }; /* what is used after it was freed is to be seen */
#else
enum { MAX_SPARE = 32 };
#endif

static void chunk_free(Chunk *c)
{
    if (!c->mapped) {
        free(c);
    } else if (c->size == PAGES && spare.n < MAX_SPARE) {
        size_t header = round_up(sizeof(Chunk));
        memset((char *)c + header, 0, c->used - header);
        c->next = spare.head;
        spare.head = c;
        spare.n++;
    } else {
        munmap(c, c->size);
    }
}

static Chunk *spare_chunk(void)
{
    Chunk *c = spare.head;
    if (c) {
        spare.head = c->next;
        spare.n--;
        c->next = NULL;
    }
    return c;
}

void arena_free(Arena *a)
{
    if (!a)
        return;
    leave_parent(a);
    while (a->children)
        arena_free(a->children);
    for (Chunk *c = a->head, *next; c; c = next) {
        next = c->next;
        chunk_free(c);
    }
    free(a);
}

static Chunk *chunk_new(Arena *a, size_t bytes)
{
    size_t header = round_up(sizeof(Chunk));
    size_t size = a->next_size;
    if (size < header + bytes)
        size = header + bytes;
    if (size > PAGES)
        size = (size + SMALL_PAGE - 1) / SMALL_PAGE * SMALL_PAGE;
    else if (a->next_size >= LAST_CHUNK)
        size = PAGES;
    if (a->next_size < LAST_CHUNK)
        a->next_size *= 2;
    Chunk *c = size == PAGES ? spare_chunk() : NULL;
    if (!c && size >= PAGES)
        c = large_pages(size);
    bool large = c != NULL;
    if (!c)
        c = checked_calloc(size);
    c->mapped = large;
    c->used = header;
    c->size = size;
    return c;
}

/* align: a power of two. */
static void *take(Arena *a, size_t bytes, size_t align)
{
    if (bytes > SIZE_MAX / 2)
        limit_exceeded((Loc){.file = -1}, "out of memory (%zu bytes)", bytes);
    bytes = round_up(bytes ? bytes : 1);
    Chunk *c = a->head;
    size_t skip = c ? -((uintptr_t)c + c->used) & (align - 1) : 0;
    if (!c || c->size - c->used < bytes + skip) {
        Chunk *fresh = chunk_new(a, bytes + align);
        if (c && bytes > LAST_CHUNK / 4) { /* a big block of its own: keep filling the chunk before it */
            fresh->next = c->next;
            c->next = fresh;
        } else {
            fresh->next = c;
            a->head = fresh;
        }
        c = fresh;
        skip = -((uintptr_t)c + c->used) & (align - 1);
    }
    void *p = (char *)c + c->used + skip;
    c->used += bytes + skip;
    return p;
}

void *arena_alloc(Arena *a, size_t bytes)
{
    return take(a, bytes, ALIGN);
}

void *arena_line(Arena *a, size_t bytes)
{
    return take(a, bytes, CACHE_LINE);
}

char *arena_strndup(Arena *a, const char *s, size_t n)
{
    char *copy = arena_alloc(a, n + 1);
    memcpy(copy, s, n);
    return copy;
}

char *arena_strdup(Arena *a, const char *s)
{
    return arena_strndup(a, s, strlen(s));
}

static char *arena_vprintf(Arena *a, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    char first[256]; /* enough nearly always */
    int n = vsnprintf(first, sizeof first, fmt, ap);
    if (n < 0)
        ICE("bad format \"%s\"", fmt);
    char *s = arena_alloc(a, (size_t)n + 1);
    if ((size_t)n < sizeof first)
        memcpy(s, first, (size_t)n + 1);
    else
        vsnprintf(s, (size_t)n + 1, fmt, again);
    va_end(again);
    return s;
}

char *arena_printf(Arena *a, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    char *s = arena_vprintf(a, fmt, ap);
    va_end(ap);
    return s;
}

/* ---------------------------------------------------------------------- Ptrs */

void ptrs_push(Ptrs *v, void *p)
{
    if (v->n == v->cap) {
        size_t cap = v->cap ? v->cap * 2 : 8;
        void **at = arena_alloc(v->arena, cap * sizeof *at);
        if (v->n)
            memcpy(at, v->at, v->n * sizeof *at);
        v->at = at;
        v->cap = cap;
    }
    v->at[v->n++] = p;
}

bool ptrs_has(const Ptrs *v, const void *p)
{
    for (size_t i = 0; i < v->n; i++)
        if (v->at[i] == p)
            return true;
    return false;
}

/* ---------------------------------------------------------------------- PtrMap */

/* The finaliser of MurmurHash3 (Appleby, 2011): arena addresses differ in few middle bits only. */
static size_t hash_ptr(const void *p)
{
    uint64_t h = (uint64_t)(uintptr_t)p;
    h ^= h >> 33;
    h *= UINT64_C(0xff51afd7ed558ccd);
    h ^= h >> 33;
    h *= UINT64_C(0xc4ceb9fe1a85ec53);
    h ^= h >> 33;
    return (size_t)h;
}

/* The slot of key, or the free one where it belongs. The table is never full. */
static PtrSlot *ptrmap_slot(const PtrMap *m, const void *key)
{
    size_t mask = m->cap - 1;
    size_t i = hash_ptr(key) & mask;
    while (m->slots[i].key && m->slots[i].key != key)
        i = (i + 1) & mask;
    return &m->slots[i];
}

void *ptrmap_get(const PtrMap *m, const void *key)
{
    return m->n && key ? ptrmap_slot(m, key)->val : NULL;
}

static void ptrmap_grow(PtrMap *m)
{
    PtrMap old = *m;
    m->cap = old.cap ? old.cap * 2 : 16;
    m->slots = arena_alloc(m->arena, m->cap * sizeof *m->slots);
    for (size_t k = 0; k < old.cap; k++)
        if (old.slots[k].key)
            *ptrmap_slot(m, old.slots[k].key) = old.slots[k];
}

void ptrmap_put(PtrMap *m, const void *key, void *val)
{
    if (!key)
        ICE("a map's key is NULL");
    if ((m->n + 1) * 3 > m->cap * 2)
        ptrmap_grow(m);
    PtrSlot *slot = ptrmap_slot(m, key);
    m->n += !slot->key;
    *slot = (PtrSlot){key, val};
}

/* ---------------------------------------------------------------------- Str */

static void str_reserve(Str *s, size_t more)
{
    if (s->n + more + 1 <= s->cap)
        return;
    size_t cap = s->cap ? s->cap * 2 : 64;
    while (cap < s->n + more + 1)
        cap *= 2;
    char *fresh = arena_alloc(s->arena, cap);
    if (s->n)
        memcpy(fresh, s->s, s->n);
    s->s = fresh;
    s->cap = cap;
}

void str_putn(Str *s, const char *text, size_t n)
{
    str_reserve(s, n);
    memcpy(s->s + s->n, text, n);
    s->n += n;
    s->s[s->n] = '\0';
}

void str_put(Str *s, const char *text)
{
    str_putn(s, text, strlen(text));
}

void str_fmt(Str *s, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0)
        ICE("bad format \"%s\"", fmt);
    str_reserve(s, (size_t)n);
    vsnprintf(s->s + s->n, (size_t)n + 1, fmt, again);
    va_end(again);
    s->n += (size_t)n;
}

/* ---------------------------------------------------------------------- StrMap */

/* FNV-1a (Fowler, Noll, Vo, 1991). */
static size_t hash_str(const char *s)
{
    uint64_t h = UINT64_C(14695981039346656037);
    for (; *s; s++)
        h = (h ^ (unsigned char)*s) * UINT64_C(1099511628211);
    return (size_t)(h ^ (h >> 32));
}

static size_t strmap_slot(const StrMap *m, const char *key)
{
    size_t mask = m->cap - 1;
    size_t i = hash_str(key) & mask;
    while (m->keys[i] && strcmp(m->keys[i], key) != 0)
        i = (i + 1) & mask;
    return i;
}

void *strmap_get(const StrMap *m, const char *key)
{
    if (!m->n)
        return NULL;
    size_t i = strmap_slot(m, key);
    return m->keys[i] ? m->vals[i] : NULL;
}

void strmap_put(StrMap *m, const char *key, void *val)
{
    if ((m->n + 1) * 3 > m->cap * 2) {
        StrMap old = *m;
        m->cap = old.cap ? old.cap * 2 : 16;
        m->keys = arena_alloc(m->arena, m->cap * sizeof *m->keys);
        m->vals = arena_alloc(m->arena, m->cap * sizeof *m->vals);
        for (size_t k = 0; k < old.cap; k++) {
            if (!old.keys[k])
                continue;
            size_t i = strmap_slot(m, old.keys[k]);
            m->keys[i] = old.keys[k];
            m->vals[i] = old.vals[k];
        }
    }
    size_t i = strmap_slot(m, key);
    if (!m->keys[i]) {
        m->keys[i] = key;
        m->n++;
    }
    m->vals[i] = val;
}

bool text_has_word(const char *text, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = text; (at = strstr(at, word)); at++) {
        bool starts = at == text || !(isalnum((unsigned char)at[-1]) || at[-1] == '_');
        if (starts && !(isalnum((unsigned char)at[n]) || at[n] == '_'))
            return true;
    }
    return false;
}

/* ---------------------------------------------------------------------- did you mean ...? */

/* Levenshtein's distance, with one row; names longer than the row are never near. */
static int edit_distance(const char *a, const char *b)
{
    enum { LONGEST = 63 };
    int row[LONGEST + 1];
    int n = (int)strlen(b);
    if (n > LONGEST)
        return LONGEST;
    for (int j = 0; j <= n; j++)
        row[j] = j;
    for (int i = 1; a[i - 1]; i++) {
        int diagonal = row[0];
        row[0] = i;
        for (int j = 1; j <= n; j++) {
            int best = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[n];
}

void nearest_offer(Nearest *near, const char *name)
{
    if (!name)
        return;
    int d = edit_distance(near->wanted, name);
    int limit = 1 + (int)strlen(near->wanted) / 4;
    if (d <= limit && (!near->best || d < near->distance)) {
        near->best = name;
        near->distance = d;
    }
}
