// check: --set n=9 --range x=0.1:1.9
// construct: memory: balanced trees, tries and lists sorted by recursion
// directions: several directions at once are not possible: the recursive function
// What textbooks build: AVL rotations, removal from a search tree, merge sort of a list, a trie, a heap of pointers, nodes in an arena.
#include <adgen.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef struct avl {
    double key, weight, below;
    int height;
    struct avl *child[2];
} avl;

static int height(const avl *t)
{
    return t ? t->height : 0;
}

static double load(const avl *t)
{
    return t ? t->below : 0;
}

static void update(avl *t)
{
    int l = height(t->child[0]), r = height(t->child[1]);
    t->height = 1 + (l > r ? l : r);
    t->below = t->weight + 0.5 * load(t->child[0]) + load(t->child[0]) * load(t->child[1]) + load(t->child[1]);
}

static avl *rotate(avl *t, int to)
{
    avl *up = t->child[!to];
    t->child[!to] = up->child[to];
    up->child[to] = t;
    update(t);
    update(up);
    return up;
}

static avl *add(avl *t, double key, double weight)
{
    if (t == NULL) {
        t = calloc(1, sizeof(avl));
        t->key = key;
        t->weight = weight;
        update(t);
        return t;
    }
    int side = key > t->key;
    t->child[side] = add(t->child[side], key, weight);
    update(t);
    int lean = height(t->child[side]) - height(t->child[!side]);
    if (lean > 1) {
        if (height(t->child[side]->child[side]) < height(t->child[side]->child[!side]))
            t->child[side] = rotate(t->child[side], side);
        t = rotate(t, !side);
    }
    return t;
}

/* The node goes, and another one's numbers come in its place. */
static avl *drop(avl *t, double key)
{
    if (!t)
        return NULL;
    if (key < t->key) {
        t->child[0] = drop(t->child[0], key);
    } else if (key > t->key) {
        t->child[1] = drop(t->child[1], key);
    } else if (t->child[0] && t->child[1]) {
        avl *next = t->child[1];
        while (next->child[0])
            next = next->child[0];
        t->key = next->key;
        t->weight = next->weight * 1.1;
        t->child[1] = drop(t->child[1], next->key);
    } else {
        avl *rest = t->child[0] ? t->child[0] : t->child[1];
        free(t);
        return rest;
    }
    update(t);
    return t;
}

static void clear(avl *t)
{
    if (t) {
        for (int i = 0; i < 2; i++)
            clear(t->child[i]);
        free(t);
    }
}

AD_GRAD(x)
AD_JVP(x)
double balanced(AD_LEN(n) const double *x, int n)
{
    avl *t = NULL;
    double s = 0;
    for (int i = 0; i < n; i++) {
        t = add(t, sin(7 * i), x[i] * x[i] * 0.3);
        s += t->below * (i + 1);
    }
    for (int i = 0; i < n; i += 2) {
        t = drop(t, sin(7 * i));
        s = 0.5 * s + load(t);
    }
    t = add(t, x[0], x[1]);
    s += t->below;
    clear(t);
    return s;
}

typedef struct item {
    double v;
    struct item *next;
} item;

static item *merge(item *a, item *b)
{
    if (!a || !b)
        return a ? a : b;
    if (a->v <= b->v) {
        a->next = merge(a->next, b);
        return a;
    }
    b->next = merge(a, b->next);
    return b;
}

static item *sort(item *list)
{
    if (!list || !list->next)
        return list;
    item *slow = list, *fast = list->next;
    while (fast && fast->next) {
        slow = slow->next;
        fast = fast->next->next;
    }
    item *half = slow->next;
    slow->next = NULL;
    item *a = sort(list), *b = sort(half);
    return merge(a, b);
}

AD_GRAD(x)
AD_JVP(x)
double order_statistics(AD_LEN(n) const double *x, int n)
{
    item *list = NULL;
    for (int i = n; i-- > 0;) {
        item *e = malloc(sizeof *e);
        e->v = sin(5 * x[i]);
        e->next = list;
        list = e;
    }
    list = sort(list);
    double s = 0, w = 1;
    for (item *e = list; e; e = e->next, w *= 0.7)
        s += w * e->v * e->v * (e->next ? e->next->v : 1);
    while (list) {
        item *e = list;
        list = list->next;
        free(e);
    }
    return s;
}

/* letters lead to children; a word's value is at its end */
typedef struct trie {
    struct trie *to[3];
    double *value;
    int words;
} trie;

static trie *put(trie *t, const char *word, double v)
{
    if (!t)
        t = calloc(1, sizeof *t);
    t->words++;
    if (*word) {
        int k = *word - 'a';
        t->to[k] = put(t->to[k], word + 1, v);
    } else {
        if (!t->value) {
            t->value = malloc(sizeof *t->value);
            *t->value = 0;
        }
        *t->value += v * v;
    }
    return t;
}

static double total(const trie *t, double w)
{
    double s = t->value ? w * *t->value : 0;
    for (int k = 0; k < 3; k++)
        if (t->to[k])
            s += total(t->to[k], w * (1 + 0.1 * k) + s);
    return s / t->words;
}

static void fell(trie *t)
{
    for (int k = 0; k < 3; k++)
        if (t->to[k])
            fell(t->to[k]);
    free(t->value);
    free(t);
}

AD_GRAD(x)
AD_JVP(x)
double words(AD_LEN(n) const double *x, int n)
{
    static const char *const text[] = {"abc", "ab", "abc", "b", "bca", "c", "cab", "ca"};
    trie *t = NULL;
    for (int i = 0; i < n; i++)
        t = put(t, text[i % 8], x[i]);
    double s = total(t, x[0]);
    fell(t);
    return s;
}

/* nodes from an arena of bytes */
typedef struct leaf {
    double key, v;
    struct leaf *left, *right;
} leaf;

typedef struct {
    char *mem;
    size_t used;
} arena;

static leaf *grow(arena *a, leaf *t, double key, double v)
{
    if (!t) {
        t = (leaf *)(void *)(a->mem + a->used);
        a->used += sizeof *t;
        *t = (leaf){key, v, NULL, NULL};
        return t;
    }
    if (key < t->key)
        t->left = grow(a, t->left, key, v);
    else
        t->right = grow(a, t->right, key, v);
    return t;
}

static double walk(const leaf *t)
{
    return t ? t->v * (1 + walk(t->left)) + t->key * walk(t->right) : 0.5;
}

AD_GRAD(x)
AD_JVP(x)
double in_arena(AD_LEN(n) const double *x, int n)
{
    arena a = {malloc((size_t)n * sizeof(leaf)), 0};
    leaf *root = NULL;
    for (int i = 0; i < n; i++)
        root = grow(&a, root, x[i], x[i] * x[0]);
    double s = walk(root);
    free(a.mem);
    return s;
}
