/* used FILE COMMAND ...: runs a command and writes to FILE the most memory that
 * it, or one of its children, had in use, in kB, and the kB that they read, from
 * files or from the system's memory of them; -1 where /proc does not say.  Its
 * exit status.
 */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of children too, once they are waited for. */
static long
read_kb(void)
{
    FILE *f = fopen("/proc/self/io", "r");
    long long bytes = -1024;

    if (!f)
        return -1;
    if (fscanf(f, "rchar: %lld", &bytes) != 1)
        bytes = -1024;
    fclose(f);
    return (long)(bytes / 1024);
}

int
main(int argc, char **argv)
{
    struct rusage use;
    FILE *f;
    int status;
    pid_t child;

    if (argc < 3) {
        fprintf(stderr, "usage: used FILE COMMAND ...\n");
        return 2;
    }
    child = fork();
    if (child == 0) {
        execvp(argv[2], argv + 2);
        perror(argv[2]);
        _exit(127);
    }
    if (child < 0 || waitpid(child, &status, 0) != child
        || getrusage(RUSAGE_CHILDREN, &use) != 0)
        return 1;
    f = fopen(argv[1], "w");
    if (!f || fprintf(f, "%ld %ld\n", use.ru_maxrss, read_kb()) < 0
        || fclose(f) != 0)
        return 1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
