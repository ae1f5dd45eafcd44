/* output.c: files that appear whole or not at all. */
#include "frontend.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *relative_path(Arena *a, const char *file, const char *from)
{
    char *to = realpath(file, NULL);
    const char *slash = strrchr(from, '/');
    char *dir = realpath(slash ? arena_strndup(a, from, (size_t)(slash - from) + 1) : ".", NULL);
    Str s = {.arena = a};
    str_put(&s, "");
    size_t same = 0;
    for (size_t i = 0; to && dir; i++) { /* up to the last / where they part */
        if ((to[i] == '/' || !to[i]) && (dir[i] == '/' || !dir[i]))
            same = i;
        if (to[i] != dir[i] || !to[i])
            break;
    }
    for (const char *at = dir ? dir + same : ""; *at; at++)
        if (*at == '/' && at[1])
            str_put(&s, "../");
    str_put(&s, !to ? file : dir ? to + same + (to[same] == '/') : to);
    free(to);
    free(dir);
    return s.s;
}

static bool write_all(FILE *f, const Str *text)
{
    bool good = !text->n || fwrite(text->s, 1, text->n, f) == text->n;
    return fflush(f) == 0 && good;
}

static bool write_failed(const char *name)
{
    diag_error((Loc){.file = -1}, "cannot write '%s': %s", name, strerror(errno));
    return false;
}

static bool write_in_place(const char *name, const Str *text)
{
    FILE *f = fopen(name, "w");
    if (!f)
        return write_failed(name);
    bool good = write_all(f, text);
    return (fclose(f) == 0 && good) || write_failed(name);
}

bool pending_write(Pending *pend, Arena *arena, const char *name, const Str *text)
{
    struct stat st;
    *pend = (Pending){.name = name};
    if (!strcmp(name, "-"))
        return write_all(stdout, text) || write_failed("standard output");
    bool exists = stat(name, &st) == 0;
    if (exists && S_ISDIR(st.st_mode)) {
        errno = EISDIR;
        return write_failed(name);
    }
    if (exists && !S_ISREG(st.st_mode))
        return write_in_place(name, text);
    if (exists && access(name, W_OK))
        return write_failed(name);
    char *real = exists ? realpath(name, NULL) : NULL;
    if (real)
        pend->name = arena_strdup(arena, real);
    free(real);
    pend->temp = arena_printf(arena, "%s.XXXXXX", pend->name);
    int fd = mkstemp(pend->temp);
    if (fd < 0) {
        pend->temp = NULL;
        return write_failed(name);
    }
    mode_t mask = umask(0);
    umask(mask);
    FILE *f = fdopen(fd, "w");
    bool good = f && fchmod(fd, exists ? st.st_mode & 07777 : 0666 & ~mask) == 0 && write_all(f, text);
    if (f)
        good = fclose(f) == 0 && good;
    if (good)
        return true;
    write_failed(name);
    unlink(pend->temp);
    pend->temp = NULL;
    return false;
}

bool pending_finish(Pending *pend)
{
    const char *temp = pend->temp;
    pend->temp = NULL;
    if (!temp || rename(temp, pend->name) == 0)
        return true;
    write_failed(pend->name);
    unlink(temp);
    return false;
}

void pending_drop(Pending *pend)
{
    if (pend->temp)
        unlink(pend->temp);
    pend->temp = NULL;
}

const char *with_suffix(Arena *arena, const char *file, const char *suffix)
{
    size_t n = strlen(file);
    if (n > 2 && !strcmp(file + n - 2, ".c"))
        n -= 2;
    return arena_printf(arena, "%.*s%s", (int)n, file, suffix);
}
