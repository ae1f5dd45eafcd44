/* derive.c: the way of one request, from a function of the source to its derivative. The list of passes is the architecture. */
#include "derivative.h"
#include "report.h"

#include <string.h>

PassOptions pass_options;

typedef struct {
    const char *name;
    void (*run)(Fn *fn);
    const bool *off; /* -fno-NAME: an optimisation; NULL: always done */
} Pass;

static const Pass before_differentiation[] = {
    {"tagged", mark_tagged, NULL},
    {"byval", load_byval, NULL},
    {"promote", promote_locals, NULL},
    {"simplify", simplify, NULL},
    {"allocs", localise_blocks, &pass_options.no_allocs},
    {"workspaces", localise_workspaces, NULL},
    {"globals", localise_globals, NULL},
    {"bytes", type_bytes, NULL},
    {"walk", normalise_pointers, NULL},
    {"hoist", hoist_invariants, &pass_options.no_hoist},
    {"raise", raise_loops, NULL},
    {"realloc", lower_reallocs, NULL},
    {"allocs", hoist_blocks, &pass_options.no_allocs},
    {"simplify", simplify, NULL},
    {"upward", count_upwards, NULL},
    {"unroll", unroll_small, &pass_options.no_unroll},
    {"simplify", simplify, NULL},
    {"constants", make_constant_tables, &pass_options.no_constants},
    {"logistic", raise_logistic, NULL},
    {"hoist", hoist_invariants, &pass_options.no_hoist}, /* now that loops have bounds */
};

static const Pass before_reversal[] = {
    {"midway", count_midway, &pass_options.no_midway},
    {"counted", count_left_loops, &pass_options.no_counted},
    {"buffers", keep_buffers, &pass_options.no_buffers},
    {"stride", unit_strides, NULL},
    {"diagonal", split_diagonals, &pass_options.no_diagonal},
    {"frees", join_frees, NULL},
    {"loads", merge_loads, &pass_options.no_loads},
    {"hoist", hoist_guarded, &pass_options.no_hoist},
    {"table", tabulate_calls, &pass_options.no_table},
};

static const Pass after_differentiation[] = {
    {"rounds", rounds_of_left_loops, &pass_options.no_counted},
    {"fuse", fuse_loops, &pass_options.no_fuse},
    {"checkpoint", checkpoint_loops, &pass_options.no_checkpoint},
    {"rerun", rerun_recurrences, &pass_options.no_rerun},
    {"scale", use_normalised, &pass_options.no_scale},
    {"storage", storage_resolve, NULL},
};

static const Pass after_storage[] = {
    {"primal_done", drop_primal, NULL},
    {"shadows", hoist_shadows, &pass_options.no_hoist},
    {"place", place_tapes, NULL},
    {"promote", promote_locals, NULL},
    {"loads", merge_loads, &pass_options.no_loads},
    {"simplify", simplify, NULL},
    {"twins", unite_twins, &pass_options.no_twins},
    {"limit", limit_rounds, &pass_options.no_counted},
    {"nest", split_nests, &pass_options.no_nest},
    {"join", join_loops, &pass_options.no_join},
    {"skip", skip_zeros, &pass_options.no_skip},
    {"meet", join_branches, &pass_options.no_meet},
    {"unread", drop_unread_stores, &pass_options.no_unread},
    {"refill", refill_shadows, &pass_options.no_settle},
    {"gather", gather_sums, &pass_options.no_gather},
    {"rows", live_in_kept_rows, &pass_options.no_rows},
    {"onehot", sum_one_element, &pass_options.no_onehot},
    {"flags", keep_flags, NULL},
};

/* Switches that are no passes of their own. */
static const struct {
    const char *name;
    bool *off;
} switches[] = {
    {"checkpoint", &pass_options.no_checkpoint},
    {"allocs", &pass_options.no_allocs},
    {"apart", &pass_options.no_apart},
    {"block", &pass_options.no_block},
    {"forward", &pass_options.no_forward}, {"loads", &pass_options.no_loads}, {"fuse", &pass_options.no_fuse},           {"hoist", &pass_options.no_hoist},
    {"log", &pass_options.no_log},     {"nest", &pass_options.no_nest},   {"pitch", &pass_options.no_pitch}, {"ranges", &pass_options.no_ranges},   {"recompute", &pass_options.no_recompute}, {"reload", &pass_options.no_reload},
    {"exits", &pass_options.no_exits}, {"rerun", &pass_options.no_rerun},
    {"restrict", &pass_options.no_restrict},
    {"bundle", &pass_options.no_bundle},
    {"constants", &pass_options.no_constants},
    {"settle", &pass_options.no_settle},
    {"jam", &pass_options.no_jam},
    {"join", &pass_options.no_join},
    {"scale", &pass_options.no_scale},
    {"skip", &pass_options.no_skip},
    {"counted", &pass_options.no_counted},
    {"midway", &pass_options.no_midway},
    {"accumulators", &pass_options.no_accumulators},
    {"deviation", &pass_options.no_deviation},
    {"diagonal", &pass_options.no_diagonal},
    {"slices", &pass_options.no_slices},
    {"rooms", &pass_options.no_rooms},
    {"snapshot", &pass_options.no_snapshot},
    {"unroll", &pass_options.no_unroll},
    {"onehot", &pass_options.no_onehot},
    {"twins", &pass_options.no_twins},
    {"unread", &pass_options.no_unread},
    {"reciprocals", &pass_options.no_reciprocals},
    {"shift", &pass_options.no_shift},
    {"table", &pass_options.no_table},
    {"guards", &pass_options.no_guards},
    {"gather", &pass_options.no_gather},
    {"matrix", &pass_options.no_matrix},
    {"meet", &pass_options.no_meet},
    {"buffers", &pass_options.no_buffers},
    {"rows", &pass_options.no_rows},
    {"late", &pass_options.no_late},
    {"clears", &pass_options.no_clears},
    {"pool", &pass_options.no_pool},
};

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* After each step: is the IR still what it has to be, -v, and is this where --after=PASS ends? */
static bool step_done(const Fn *fn, const char *name)
{
    if (verify_each_pass())
        verify_fn(fn, name);
    trace_step(fn->name, name, fn);
    return pass_options.after && !strcmp(pass_options.after, name);
}

/* Is there nothing to do for pass? last: the one before it, or NULL; the last thing that these do is to simplify, and unroll_small, which
 * stands behind simplify, does so if it does anything. */
static bool is_done(const Fn *fn, const Pass *last, const Pass *pass)
{
    return pass->run == simplify && last && fn->at_rest &&
           (last->run == promote_locals || last->run == merge_loads || last->run == unroll_small || last->run == simplify);
}

/* False: stopped by --after=PASS. */
static bool run_passes(Fn *fn, const Pass *passes, size_t n)
{
    const Pass *last = NULL;
    for (size_t i = 0; i < n; i++) {
        if (passes[i].off && *passes[i].off)
            continue;
        if (!is_done(fn, last, &passes[i]))
            passes[i].run(fn);
        last = &passes[i];
        if (step_done(fn, passes[i].name))
            return false;
    }
    verify_fn(fn, passes[n - 1].name);
    return true;
}

/* Functions that stay called go through the same passes; --after does not stop there. */
static void run_callee(Fn *fn, const Pass *passes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (passes[i].off && *passes[i].off)
            continue;
        passes[i].run(fn);
        if (!fn->program->widened && (verify_each_pass() || i + 1 == n)) /* widened: calls in it may still be as they were before, and all is made again */
            verify_fn(fn, passes[i].name);
        trace_step(fn->name, passes[i].name, fn);
    }
}

static bool prepare_callee(Fn *fn, Mode mode)
{
    if (!inline_calls_for(fn, mode))
        return false;
    lower_sorts(fn);
    lower_input(fn);
    run_callee(fn, before_differentiation, COUNT(before_differentiation));
    return true;
}

void finish_callee(Fn *fn)
{
    run_callee(fn, after_storage, COUNT(after_storage));
}

/* rq NULL: for no derivative. */
static Fn *prepare(Fn *fn, const char *name, const Request *rq, bool *stopped)
{
    Fn *g = clone_fn(fn, name);
    g->request = rq;
    g->noalias |= rq && rq->primal_done; /* arguments that overlap were overwritten by now: documented above the function */
    if (rq && !rq->primal_done && !rq->split && !pass_options.openmp)
        g->named_globals = &rq->global_vars;
    if (!(rq ? inline_calls_for(g, rq->mode) : inline_calls(g)))
        return NULL;
    while (rq && localise_pointer_tables(g, rq)) /* tables may lead to tables */
        if (!inline_calls_for(g, rq->mode))
            return NULL;
    if (rq)
        localise_temporaries(g, rq);
    if (rq && localise_statics(g, fn) && !inline_calls_for(g, rq->mode))
        return NULL;
    if (rq && !recursion_prepare(fn->program, prepare_callee))
        return NULL;
    if (rq) {
        recursion_add_arguments(g);
        lower_sorts(g);
        lower_input(g);
    }
    *stopped = step_done(g, "inline") || !run_passes(g, before_differentiation, COUNT(before_differentiation)) ||
               (rq && rq->mode != MODE_JVP && !run_passes(g, before_reversal, COUNT(before_reversal)));
    warn_of_workspaces(g);
    if (!*stopped)
        note_single_numbers(g);
    return g;
}

Fn *prepare_primal(Program *p, Fn *fn)
{
    (void)p;
    bool stopped;
    return prepare(fn, fn->name, NULL, &stopped);
}

Fn *prepare_for(const Request *rq)
{
    bool stopped;
    return prepare(rq->fn, rq->fn_name, rq, &stopped);
}

static const char *what_it_computes(const Request *rq, const Fn *g)
{
    static const char *const what[] = {
        [MODE_GRAD] = "Gradient of %s, reverse mode.",
        [MODE_VJP] = "Vector-Jacobian product of %s, reverse mode.",
        [MODE_JVP] = "Jacobian-vector product of %s, forward mode.",
        [MODE_HVP] = "Hessian-vector product and gradient of %s, forward over reverse.",
        [MODE_JACOBIAN] = "Dense Jacobian of %s, by rows; overwritten.",
        [MODE_HESSIAN] = "Dense Hessian of %s, by rows; overwritten.",
    };
    static const char *const sparse[] = {
        "Sparse Jacobian of %s: compressed rows. Finds the structure where it is not given.",
        "Sparse Hessian of %s: compressed rows. Finds the structure where it is not given.",
    };
    if (rq->split)
        return arena_printf(g->arena,
                            g->ret->kind == TY_VOID ? "Reverse sweep of %s, once for each tape, which it frees."
                                                    : "Forward sweep of %s: leaves the tape for the reverse sweep.",
                            rq->text);
    if (rq->index_sets)
        return arena_printf(g->arena, "Which of 64 directions reach what in %s: one bit each.", rq->text);
    const char *text = arena_printf(g->arena, what[rq->mode], rq->text);
    if (rq->sparse)
        text = arena_printf(g->arena, sparse[rq->mode == MODE_HESSIAN], rq->text);
    if (rq->directions)
        text = arena_printf(g->arena, "%s %d directions at once: the last index of what holds derivatives.", text, rq->directions);
    return rq->primal_done
               ? arena_printf(g->arena, "%s The primal has just run with the same arguments, which do not overlap.", text)
               : text;
}

unsigned varying_shadows(const Request *rq)
{
    if (rq->lanes)
        return rq->lanes;
    return rq->inner && rq->mode == MODE_HVP ? 1u << 2 | 1u << 3 : rq->inner && rq->mode == MODE_GRAD ? 1u << 1 | 1u << 2 : ~0u << 1;
}

/* The _fwd of a _rev. */
static Fn *forward_of(const Fn *rev)
{
    return rev->helpers.at[rev->helpers.n - 1];
}

/* --directions K: all derivative memory gets a last index. */
static bool add_directions(Fn *g, const Request *rq)
{
    Loc where;
    const char *why;
    if (!lanes_add(g, rq->directions, varying_shadows(rq), &where, &why)) {
        const char *instead = g->instance ? "" : arena_printf(g->program->arena, " and call '%s' once for each direction", request_result_name(rq, g->arena));
        if (!rq->inner)
            diag_error(where, "%d directions at once are not possible: %s; leave out --directions%s", rq->directions, why, instead);
        return false;
    }
    simplify(g);
    return true;
}

static bool add_index_sets(Fn *g, const Request *rq)
{
    Loc where;
    const char *why;
    if (!index_sets(g, varying_shadows(rq), rq->sets_in_place, &where, &why)) {
        if (rq->sets_in_place) /* before, it was only tried */
            diag_error(where, "the structure of '%s' cannot be found: %s; leave out --sparse", rq->fn_name, why);
        return false;
    }
    simplify(g);
    return true;
}

bool add_lanes(Fn *g, const Request *rq)
{
    if ((g->split || g->boundary) && (rq->directions || rq->index_sets)) {
        promote_locals(g);
        simplify(g);
    }
    return (!rq->directions || add_directions(g, rq)) && (!rq->index_sets || add_index_sets(g, rq));
}

static Fn *matrix(Program *p, Request *rq)
{
    if (pass_options.tape == TAPE_ARG) {
        diag_error(rq->loc, "--tape-storage=arg is not supported for matrices; use --tape-storage=stack or static, or call --jvp, --vjp "
                            "or --hvp yourself");
        return NULL;
    }
    Fn *g = matrix_function(p, rq);
    if (g && g->text_body)
        g->comment = what_it_computes(rq, g);
    return g;
}

/* The passes that resolve storage, and those that clean up behind them. NULL after errors. */
static Fn *finish(Fn *g, Request *rq)
{
    if (!run_passes(g, after_differentiation, COUNT(after_differentiation)))
        return g;
    if (rq->split) /* K directions are one function until it is cut: what its halves hand each other has K numbers too */
        g = add_lanes(g, rq) ? split_adjoint(g, rq) : NULL;
    if (g && rq->split)
        run_passes(forward_of(g), after_storage, COUNT(after_storage));
    if (g)
        run_passes(g, after_storage, COUNT(after_storage));
    if (!g || rq->split)
        return g;
    if (!add_lanes(g, rq))
        return NULL;
    if (rq->directions || rq->index_sets)
        step_done(g, rq->directions ? "lanes" : "bits");
    return g;
}

static bool describe(Fn *g, const Request *rq)
{
    g->is_static = g->is_inline = false;
    g->comment = what_it_computes(rq, g);
    recursion_helpers(g);
    return statics_check(rq->fn->program, g) && statics_addresses(rq->fn->program, g);
}

static void share(Fn *g, const Request *rq)
{
    if (rq->split && g->helpers.n)
        share_loops(forward_of(g));
    share_loops(g);
}

/* The last rewriting of g and what was made beside it. */
static void open_all_guards(Fn *g, const Request *rq)
{
    if (pass_options.no_guards || rq->index_sets || (pass_options.after && strcmp(pass_options.after, "guards") != 0))
        return;
    if (rq->split && g->helpers.n)
        open_guards(forward_of(g));
    open_guards(g);
    step_done(g, "guards");
}

/* -fassociative */
static void block_all(Fn *g, const Request *rq)
{
    if (!pass_options.associative || pass_options.no_block || rq->directions || rq->index_sets ||
        (pass_options.after && strcmp(pass_options.after, "block") != 0))
        return;
    block_samples(g);
    step_done(g, "block");
}

static void reorder_sums(Fn *g, const Request *rq)
{
    if (!pass_options.associative || rq->index_sets || (pass_options.after && strcmp(pass_options.after, "associative") != 0))
        return;
    if (rq->split && g->helpers.n)
        split_all_sums(forward_of(g));
    split_all_sums(g);
    step_done(g, "associative");
}

static void promise_restrict(Fn *g, const Request *rq)
{
    if (pass_options.no_restrict || g->helpers.n)
        return;
    restrict_primal(g, rq->fn->nparams);
    step_done(g, "restrict");
}

/* Almost last: what is side by side in one loop is hard to tell apart again. */
static void jam_all(Fn *g, const Request *rq)
{
    if (pass_options.no_jam || rq->directions || rq->index_sets || (pass_options.after && strcmp(pass_options.after, "jam") != 0))
        return;
    if (rq->split && g->helpers.n)
        jam_loops(forward_of(g));
    jam_loops(g);
    step_done(g, "jam");
}

static void clear_all_blocks(Fn *g, const Request *rq)
{
    if (pass_options.no_clears || rq->directions || rq->index_sets || (pass_options.after && strcmp(pass_options.after, "clears") != 0))
        return;
    if (rq->split && g->helpers.n)
        clear_blocks(forward_of(g));
    clear_blocks(g);
    step_done(g, "clears");
}

/* Where single iterations have become blocks of several, these have one end. */
static void clear_all_late(Fn *g, const Request *rq)
{
    if (pass_options.no_late || rq->directions || rq->index_sets || (pass_options.after && strcmp(pass_options.after, "late") != 0))
        return;
    if (rq->split && g->helpers.n)
        clear_late(forward_of(g));
    clear_late(g);
    step_done(g, "late");
}

/* What recursive functions keep goes on a stack of unknown depth. */
static bool recursion_fits(const Request *rq, const Fn *g)
{
    for (size_t i = 0; i < g->helpers.n && pass_options.tape != TAPE_HEAP && rq->mode != MODE_JVP; i++) {
        const Fn *helper = g->helpers.at[i];
        if (!helper->instance)
            continue;
        diag_error(rq->loc, "--no-malloc and --tape-storage: for recursive calls the derivative of '%s' keeps a tape on the heap; write a loop",
                   rq->fn_name);
        return false;
    }
    return true;
}

/* g, which is prepared, becomes its derivative. */
static Fn *derive_prepared(Request *rq, Fn *g)
{
    if (rq->split)
        split_begin(g);
    g->primal_done = rq->primal_done;
    g->has_tape = rq->mode != MODE_JVP;
    if (g->apart && !pass_options.no_hoist) /* what no output overlaps may leave loops now */
        hoist_guarded(g);
    if (!pass_options.no_shift) {
        hold_shifts(g, (rq->mode == MODE_GRAD || rq->mode == MODE_VJP) && !rq->second_order);
        if (step_done(g, "shift"))
            return g;
    }
    if (!pass_options.no_deviation && (rq->mode == MODE_GRAD || rq->mode == MODE_VJP) && !rq->second_order) {
        hold_means(g);
        if (step_done(g, "deviation"))
            return g;
    }
    note_accesses(g);
    g = rq->mode == MODE_JVP ? tangent(g, rq) : rq->mode == MODE_HVP ? hessian_vector(g, rq) : adjoint(g, rq);
    if (!g)
        return NULL;
    release_shifts(g);
    verify_fn(g, rq->mode == MODE_JVP ? "tangent" : "adjoint");
    bool stopped = step_done(g, rq->mode == MODE_JVP ? "tangent" : "adjoint");
    if (!stopped && (rq->mode == MODE_GRAD || rq->mode == MODE_VJP) && !pass_options.no_reciprocals) {
        share_reciprocals(g);
        stopped = step_done(g, "reciprocals");
    }
    if (!stopped && (rq->mode == MODE_GRAD || rq->mode == MODE_VJP) && !pass_options.no_settle) {
        settle_sums(g);
        stopped = step_done(g, "settle");
    }
    if (!stopped)
        g = finish(g, rq);
    if (!g)
        return NULL;
    decided_fused(g);
    open_all_guards(g, rq);
    if (g->limited && !pass_options.after)
        limit_tape(g);
    if (!pass_options.after)
        share(g, rq);
    block_all(g, rq);
    reorder_sums(g, rq);
    promise_restrict(g, rq);
    jam_all(g, rq);
    clear_all_blocks(g, rq);
    clear_all_late(g, rq);
    if (pass_options.nan_trap)
        trap_nans(g);
    if (rq->split && g->helpers.n && !describe(forward_of(g), rq))
        return NULL;
    return describe(g, rq) && recursion_fits(rq, g) ? g : NULL;
}

/* NULL stays NULL. Not for a function that is differentiated again. */
static Fn *leave_early(Fn *g, const Request *rq)
{
    if (!g || pass_options.no_exits || (pass_options.after && strcmp(pass_options.after, "exits") != 0))
        return g;
    if (rq->split && g->helpers.n)
        early_exits(forward_of(g));
    early_exits(g);
    step_done(g, "exits");
    verify_fn(g, "exits");
    return g;
}

/* Behind the exits, which free what is allocated: all of a kind is one then. Not for a function that is differentiated again. */
static Fn *allocate_once(Fn *g, const Request *rq)
{
    if (!g || pass_options.no_bundle || (pass_options.after && strcmp(pass_options.after, "bundle") != 0))
        return g;
    if (rq->split && g->helpers.n)
        bundle_tapes(forward_of(g));
    bundle_tapes(g);
    step_done(g, "bundle");
    verify_fn(g, "bundle");
    return g;
}

static Fn *finish_all(Fn *g, const Request *rq)
{
    return allocate_once(leave_early(g, rq), rq);
}

/* ... within --max-tape: if it may not be, it is made anew. */
/* Once more where a parameter turned out to need a shadow of its own (split_own.c). */
static Fn *derive_split(Request *rq, Fn *g)
{
    int errors = diag_error_count();
    rq->own_shadow = arena_alloc(g->program->arena, (size_t)rq->fn->nparams + rq->global_vars.n + 1);
    for (;;) {
        Fn *again = clone_fn(g, g->name);
        again->apart = g->apart;
        g = derive_prepared(rq, g);
        if (g || diag_error_count() > errors)
            return finish_all(g, rq);
        g = again;
    }
}

static Fn *derive_within(Request *rq, Fn *g)
{
    if (rq->split && !pass_options.after)
        return derive_split(rq, g);
    if (!pass_options.max_tape || rq->mode == MODE_JVP || pass_options.after)
        return finish_all(derive_prepared(rq, g), rq);
    Fn *again = clone_fn(g, g->name);
    again->apart = g->apart;
    g = derive_prepared(rq, g);
    if (!g || tape_fits(g))
        return finish_all(g, rq);
    again->limited = true;
    return finish_all(derive_prepared(rq, again), rq);
}

static const char *with_suffix(const Program *p, const char *name, const char *suffix)
{
    name = arena_printf(p->arena, "%s_%s", name, suffix);
    while (program_find_fn((Program *)(uintptr_t)p, name))
        name = arena_printf(p->arena, "%s_", name);
    return name;
}

/* f_apart, for the first derivative of f that may have two versions. */
static const char *test_name(const Program *p, const Request *rq, const char *name)
{
    for (size_t i = 0; i < p->requests.n; i++) {
        const Request *other = p->requests.at[i];
        if (other == rq)
            return with_suffix(p, rq->fn_name, "apart");
        if (other->fn == rq->fn && other->mode != MODE_JVP)
            break;
    }
    return with_suffix(p, name, "arguments_apart");
}

static bool may_have_versions(const Request *rq, const Fn *g)
{
    return !rq->one_version && !pass_options.after && pass_options.tape == TAPE_HEAP && rq->mode != MODE_JVP && !rq->index_sets &&
           g->helpers.n == 0;
}

/* The version for arguments that do not overlap, or whose rows do not, or both; NULL: no less is kept than cost. */
static Fn *version_for(Request *rq, const Fn *primal, const char *name, bool apart, bool pitched, int64_t cost)
{
    Fn *fn = clone_fn(primal, name);
    fn->apart = apart;
    if (!pitched)
        fn->npitches = 0;
    fn = derive_within(rq, fn);
    return fn && fn->tape_cost < cost ? fn : NULL;
}

/* Would less be kept if the arguments, or rows in them, were known not to overlap, and can that be tested? Then there are two versions of g.
 * primal: what g was before it was differentiated. */
static Fn *with_versions(Program *p, Request *rq, Fn *g, Fn *primal)
{
    if (g->tape_cost == 0 || g->helpers.n)
        return g;
    const char *name = g->name, *better = with_suffix(p, name, "apart");
    Fn *test = !pass_options.no_apart && !primal->noalias && !rq->primal_done ? apart_test(primal, test_name(p, rq, name)) : NULL;
    Fn *best = test ? version_for(rq, primal, better, true, false, g->tape_cost) : NULL;
    int64_t cost = best ? best->tape_cost : g->tape_cost;
    if (cost > 0 && !pass_options.no_pitch && note_pitches(primal)) {
        Fn *rows = version_for(rq, primal, better, test, true, cost);
        best = rows ? rows : best;
    }
    if (!best)
        return g;
    if (test)
        apart_restrict(best, test);
    g->name = with_suffix(p, name, "overlapping");
    Fn *choice = apart_choice(name, test, best, g);
    const char *what = !test ? "rows" : best->npitches ? "arguments and rows" : "arguments";
    g->comment = arena_printf(g->arena, "%s For %s that overlap.", g->comment, what);
    best->comment = arena_printf(best->arena, "%s For %s that do not overlap.", best->comment, what);
    return choice;
}

/* One version, of a function that need not be in the source. */
static Fn *derive_one(Request *rq, const char *name)
{
    bool stopped;
    Fn *g = prepare(rq->fn, name, rq, &stopped);
    return g && !stopped ? derive_prepared(rq, g) : NULL;
}

/* --tape-storage=arg of what would do with a few blocks of the heap; NULL: it would not. */
static Fn *derive_pooled(Request *rq)
{
    int errors = diag_error_count();
    if (pass_options.tape != TAPE_ARG || pass_options.no_pool || pass_options.no_malloc || pass_options.openmp || rq->mode == MODE_JVP ||
        rq->index_sets || (pass_options.after && strcmp(pass_options.after, "pool") != 0))
        return NULL;
    bool stopped;
    pass_options.tape = TAPE_HEAP;
    Fn *g = prepare(rq->fn, request_result_name(rq, rq->fn->arena), rq, &stopped);
    g = g && !hvp_meets_recursion(g) ? derive_within(rq, g) : NULL;
    pass_options.tape = TAPE_ARG;
    if (!g || diag_error_count() > errors || !pool_tapes(g))
        return NULL;
    step_done(g, "pool");
    return g;
}

Fn *derive(Program *p, Request *rq)
{
    if (rq->split && pass_options.tape != TAPE_HEAP) {
        diag_error(rq->loc, "--split keeps its tape on the heap: it does not go with --no-malloc and --tape-storage");
        return NULL;
    }
    if (rq->split && pass_options.max_tape) {
        diag_error(rq->loc, "--max-tape: --split leaves a tape that may have any size; leave out one of the two");
        return NULL;
    }
    if (pass_options.max_tape && pass_options.tape != TAPE_HEAP) {
        diag_error(rq->loc, "--max-tape is about the heap; with --no-malloc and --tape-storage sizes are proven, and --report shows them");
        return NULL;
    }
    if (rq->mode == MODE_JACOBIAN || rq->mode == MODE_HESSIAN)
        return matrix(p, rq);
    Fn *pooled = derive_pooled(rq);
    if (pooled)
        return pooled;
    bool stopped;
    Fn *g = prepare(rq->fn, request_result_name(rq, p->arena), rq, &stopped);
    if (!g || stopped)
        return g;
    if (rq->mode == MODE_HVP && hvp_meets_recursion(g)) {
        g = hvp_recursion(rq, derive_one);
        if (g)
            g->comment = what_it_computes(rq, g);
        return g;
    }
    Fn *primal = may_have_versions(rq, g) ? clone_fn(g, rq->fn_name) : NULL;
    g = derive_within(rq, g);
    return g && primal ? with_versions(p, rq, g, primal) : g;
}

void push_with_helpers(Ptrs *fns, Fn *f)
{
    if (ptrs_has(fns, f))
        return;
    for (size_t i = 0; i < f->helpers.n; i++)
        push_with_helpers(fns, f->helpers.at[i]);
    if (f->helper)
        push_with_helpers(fns, f->helper);
    ptrs_push(fns, f);
}

/* ---------------------------------------------------------------------- names for options */

static void put_pass(Str *s, const char *name)
{
    size_t n = strlen(name);
    for (const char *at = s->s; *at; at += strcspn(at, " "), at += *at == ' ')
        if (!strncmp(at, name, n) && (at[n] == ' ' || at[n] == '\0'))
            return;
    str_fmt(s, "%s%s", s->n ? " " : "", name);
}

const char *pass_names(Arena *a, bool optional)
{
    Str s = {.arena = a};
    str_put(&s, "");
    for (size_t i = 0; i < COUNT(switches) && optional; i++)
        put_pass(&s, switches[i].name);
    if (optional)
        return s.s;
    put_pass(&s, "inline");
    for (size_t i = 0; i < COUNT(before_differentiation); i++)
        put_pass(&s, before_differentiation[i].name);
    for (size_t i = 0; i < COUNT(before_reversal); i++)
        put_pass(&s, before_reversal[i].name);
    put_pass(&s, "shift");
    put_pass(&s, "deviation");
    put_pass(&s, "adjoint");
    put_pass(&s, "tangent");
    put_pass(&s, "reciprocals");
    put_pass(&s, "settle");
    for (size_t i = 0; i < COUNT(after_differentiation); i++)
        put_pass(&s, after_differentiation[i].name);
    for (size_t i = 0; i < COUNT(after_storage); i++)
        put_pass(&s, after_storage[i].name);
    put_pass(&s, "guards");
    put_pass(&s, "block");
    put_pass(&s, "associative");
    put_pass(&s, "restrict");
    put_pass(&s, "jam");
    put_pass(&s, "clears");
    put_pass(&s, "late");
    put_pass(&s, "exits");
    put_pass(&s, "bundle");
    put_pass(&s, "pool");
    put_pass(&s, "lanes");
    put_pass(&s, "bits");
    return s.s;
}

bool pass_switch_off(const char *name)
{
    for (size_t i = 0; i < COUNT(switches); i++)
        if (!strcmp(switches[i].name, name))
            return *switches[i].off = true;
    return false;
}
