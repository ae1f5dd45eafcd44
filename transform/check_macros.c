/* check_macros.c: macros of the source, which a program of --check includes, are set aside where they would meet its own names:
 * `#define n 100`, `#define name(x) #x`.
 */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The name in `#define NAME`, or NULL; what an #if leaves out counts as well. */
static const char *defined_in(Arena *arena, const char *line)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789", blanks[] = " \t";
    line += strspn(line, blanks);
    if (*line++ != '#')
        return NULL;
    line += strspn(line, blanks);
    if (strncmp(line, "define", 6) || !strchr(blanks, line[6]))
        return NULL;
    line += 6 + strspn(line + 6, blanks);
    return arena_strndup(arena, line, strspn(line, letters));
}

/* Those of adgen.h are known to its own headers. */
static void add_name(Ptrs *names, StrMap *seen, const char *name)
{
    if (!name || !*name || !strncmp(name, "AD", 2) || name[0] == '_' || strmap_get(seen, name))
        return;
    strmap_put(seen, name, names);
    ptrs_push(names, (void *)(uintptr_t)name);
}

Ptrs check_macros(Program *p, const char *source)
{
    Ptrs names = {.arena = p->arena};
    StrMap seen = {.arena = p->arena};
    FILE *f = fopen(source, "r");
    char *line = NULL;
    size_t cap = 0;
    while (f && getline(&line, &cap, f) >= 0)
        add_name(&names, &seen, defined_in(p->arena, line));
    free(line);
    if (f)
        fclose(f);
    for (size_t i = 0; i < p->macros.n; i++)
        add_name(&names, &seen, p->macros.at[i]);
    return names;
}

void check_macros_aside(Str *out, const Ptrs *macros)
{
    for (size_t i = 0; i < macros->n; i++)
        str_fmt(out, "#pragma push_macro(\"%s\")\n#undef %s\n", (const char *)macros->at[i], (const char *)macros->at[i]);
}

void check_macros_back(Str *out, const Ptrs *macros)
{
    for (size_t i = 0; i < macros->n; i++)
        str_fmt(out, "#pragma pop_macro(\"%s\")\n", (const char *)macros->at[i]);
}
