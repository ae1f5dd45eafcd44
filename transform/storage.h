/* storage.h: what storage.c and storage_again.c share. */
#ifndef ADGEN_STORAGE_H
#define ADGEN_STORAGE_H

#include "derivative.h"

typedef struct {
    Fn *fn;
    Keeper keeper;
    Ptrs uses;        /* Op*: the USEs, in program order */
    PtrMap mirror_of; /* forward Region* -> reverse Region* */
    PtrMap cache;     /* reverse Region* -> PtrMap*: forward Value* -> resolved Value* */
    PtrMap node_of;   /* Value* -> index + 1 into nodes */
    Ptrs nodes;       /* Value* that take part in the cut */
    Logger logger;
    Ptrs stores;       /* Op*: stores that could be logged; nodes after the values */
    PtrMap store_node; /* Op* -> index + 1 into stores */
    PtrMap spoilers;   /* load Op* -> Ptrs*: the stores that would have to be logged to repeat it */
    PtrMap forwarded;  /* load Op* -> the store Op* of an earlier loop whose value it has (memory_forward.c) */
    PtrMap twins;      /* Region* of such a load's loop -> Ptrs*: Region* of the store's */
    PtrMap no_log;     /* load Op* that may be repeated in such a loop: not by help of the log */
    Snapshots snapshots; /* nodes after the stores */
    PtrMap stored;     /* Value* -> the store Op* from whose memory it can be read again */
    PtrMap copied;     /* Value* -> the store Op* whose memory a copy has */
    PtrMap ranges;     /* store Op* -> Ranged* (storage_range.c), or the Storage where there is none */
    PtrMap yielded;    /* Value* -> the result of an if that it is */
} Storage;

/* ====================================================================== storage_again.c: what can be had again without being kept */

bool storage_is_counter(const Value *v);                    /* of a for loop */
bool storage_is_free(const Storage *s, const Value *v);     /* there anyway */
bool storage_can_recompute(Storage *s, const Value *v);     /* from its inputs: */
void storage_inputs(Storage *s, const Value *v, Ptrs *out);
/* In these ways, of which the first that there is is taken. v is the result of an if, in s->yielded, or is stored at a place, in s->stored; */
const Op *storage_access_copied(Storage *s, const Value *v); /* it is in a copy, where this op accesses it; */
const Op *storage_forwarded(const Storage *s, const Value *v); /* is what this store of an earlier loop has stored; */
bool storage_is_counted(const Storage *s, const Value *v);  /* is made of the number of the iteration; */
Snapshot *storage_copy_for(Storage *s, const Op *load);     /* or is loaded, from a copy */
const Ptrs *storage_spoilers(Storage *s, const Op *load);   /* ... or where it was, if these stores are taken back; NULL: not so */
const Op *storage_known_load(const Storage *s, const Op *load);

/* For walk_ops with the Storage, before anything is asked: */
void storage_find_forwarded(Op *op, void *ctx);
void storage_find_stored(Op *op, void *ctx);
void storage_find_read_again(Op *op, void *ctx);
/* When copies have been offered: of values that cannot be had again by themselves, those that are in a copy, or that an if yields. */
void storage_find_elsewhere(Storage *s, const Ptrs *targets);

#endif
