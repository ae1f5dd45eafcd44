/* check_report.c: what a check says: a table for people, or one JSON object for each derivative ($ADGEN_CHECK_JSON). */
#define _POSIX_C_SOURCE 200809L
#include "check_impl.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static int as_json(void)
{
    return getenv("ADGEN_CHECK_JSON") != NULL;
}

/* JSON has no numbers that are not finite. */
static void put_number(const char *key, long double v)
{
    if (isfinite(v))
        fprintf(ad_ck_report, ", \"%s\": %.6Lg", key, v);
    else
        fprintf(ad_ck_report, ", \"%s\": null", key);
}

static void put_string(const char *s)
{
    putc('"', ad_ck_report);
    for (; *s; s++)
        if (*s == '"' || *s == '\\')
            fprintf(ad_ck_report, "\\%c", *s);
        else if ((unsigned char)*s < 0x20)
            fprintf(ad_ck_report, "\\u%04x", (unsigned)(unsigned char)*s);
        else
            putc(*s, ad_ck_report);
    putc('"', ad_ck_report);
}

void ad_ck_report_begin(Check *c)
{
    if (as_json()) {
        fputs("{\"check\": ", ad_ck_report);
        put_string(c->t->name);
    } else {
        fprintf(ad_ck_report, "%s%s%s\n", c->t->name, c->t->about ? ": " : "", c->t->about ? c->t->about : "");
    }
    fflush(ad_ck_report);
}

void ad_ck_say(Check *c, const char *format, ...)
{
    char text[512];
    va_list ap;
    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    if (!as_json()) {
        fprintf(ad_ck_report, "  %s\n", text);
        return;
    }
    size_t n = c->messages ? strlen(c->messages) : 0;
    c->messages = ad_ck_grow(c->messages, n + strlen(text) + 2);
    strcpy(c->messages + n, text);
    strcat(c->messages, "\n");
}

void ad_ck_row(Check *c, const ad_ck_row_data *r)
{
    if (!as_json()) {
        char worst[80] = "";
        if (*r->worst)
            snprintf(worst, sizeof worst, "at %s", r->worst);
        fprintf(ad_ck_report, "  %-20s %8zu elements   |g|max %-10.4Lg  error %-9.2Lg %-16s %s", r->name, r->elements, r->biggest, r->error, worst,
                r->bad ? "WRONG" : "ok");
        if (r->kinks)
            fprintf(ad_ck_report, ", %zu at or near a kink or jump", r->kinks);
        if (r->ends)
            fprintf(ad_ck_report, ", %zu at an end of the domain", r->ends);
        putc('\n', ad_ck_report);
        return;
    }
    fprintf(ad_ck_report, "%s{\"name\": ", c->rows++ ? ", " : ", \"parameters\": [");
    put_string(r->name);
    fprintf(ad_ck_report, ", \"elements\": %zu", r->elements);
    put_number("largest", r->biggest);
    put_number("error", r->error);
    fputs(", \"worst\": ", ad_ck_report);
    put_string(r->worst);
    put_number("derivative", r->derivative);
    put_number("difference", r->difference);
    fprintf(ad_ck_report, ", \"kinks\": %zu, \"ends\": %zu, \"agrees\": %s}", r->kinks, r->ends, r->bad ? "false" : "true");
}

/* Where the function itself has no finite value, no derivative can be held against differences. */
static void say_not_finite(Check *c)
{
    for (size_t i = 0; c->y0.leaf && i < c->n; i++) {
        const ad_ck_leaf *y = &c->y0.leaf[i];
        if (!ad_ck_is_output(&c->x0.leaf[i]) || isfinite(ad_ck_get(y)))
            continue;
        ad_ck_say(c, "'%s' is %Lg at these arguments: nothing can be compared; choose others with --set, --range or --input",
               c->t->params[y->param].name, ad_ck_get(y));
        return;
    }
}

void ad_ck_report_end(Check *c)
{
    if (c->failed)
        say_not_finite(c);
    if (!as_json()) {
        fprintf(ad_ck_report, "  %s\n", c->failed ? "DISAGREES" : c->nothing ? "agrees: there was nothing to compare, all arrays are empty" : "agrees");
        return;
    }
    if (c->rows)
        putc(']', ad_ck_report);
    put_number(c->t->second || (c->t->matrix && c->t->adjoint) ? "symmetry" : "dot_product", c->dot_error);
    put_number(c->t->second || c->t->matrix ? "against_differences" : "tangent", c->worst_tangent);
    fputs(", \"messages\": [", ad_ck_report);
    for (char *at = c->messages; at && *at;) {
        char *end = strchr(at, '\n');
        *end = '\0';
        if (at != c->messages)
            fputs(", ", ad_ck_report);
        put_string(at);
        at = end + 1;
    }
    fprintf(ad_ck_report, "], \"agrees\": %s}\n", c->failed ? "false" : "true");
    free(c->messages);
    c->messages = NULL;
}

void ad_ck_report_unknown(Check *c)
{
    static const char text[] = "it is not known how long its arrays are, or what its pointers lead to: AD_LEN, --len and --set tell";
    ad_ck_report_begin(c);
    if (as_json()) {
        fputs(", \"messages\": [", ad_ck_report);
        put_string(text);
        fputs("], \"agrees\": null}\n", ad_ck_report);
    } else {
        fprintf(ad_ck_report, "  %s\n  not checked by itself\n", text);
    }
    fflush(ad_ck_report);
}

const char *ad_ck_leaf_name(const Check *c, size_t i, char *text, size_t size)
{
    const ad_ck_leaf *l = &c->x0.leaf[i];
    if (l->format)
        snprintf(text, size, l->format, l->index[0], l->index[1], l->index[2], l->index[3]);
    else
        snprintf(text, size, "%s", c->t->params[l->param].name);
    return text;
}
