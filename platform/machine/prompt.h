/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_PROMPT_H
#define PLATFORM_MACHINE_PROMPT_H
/*
 * prompt: a passphrase from a descriptor or from the terminal, never from arguments or environment.
 *
 * A terminal shows nothing of it; Ctrl-C gives its echo back first.
 * Fails: ERR_MISUSE when there is nobody to ask, ERR_AUTH when nothing was given.
 */
#include "platform/machine/err.h"

enum { PROMPT_MAX = 512 }; /* bytes of a passphrase, NUL included */

/* The descriptor that they come from, a line each; -1 = the terminal (/dev/tty). */
void prompt_from(int fd);
bool prompt_is_terminal(void);
/* The next one into `pass` (PROMPT_MAX bytes of locked memory).  `what` is asked on a terminal. */
MUST_CHECK bool prompt_read(char *pass, const char *what, struct err *err);

#endif
