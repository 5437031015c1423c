/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_PROMPT_H
#define PLATFORM_MACHINE_PROMPT_H
/*
 * prompt: reads passphrases from a descriptor or the terminal, never from arguments or
 * environment.
 *
 * A terminal does not echo the input; Ctrl-C restores the echo before the program ends.
 * Fails: ERR_MISUSE if there is no terminal to ask, ERR_AUTH if the passphrase is empty or too
 * long.
 */
#include "platform/machine/err.h"

enum { PROMPT_MAX = 512 }; /* buffer size; a passphrase has at most PROMPT_MAX - 2 bytes */

/* Read passphrases from this descriptor, one a line; -1 = the terminal (/dev/tty). */
void prompt_from(int fd);
bool prompt_is_terminal(void);
/* Read the next passphrase into `pass` (PROMPT_MAX bytes of locked memory).  `what` is the
 * prompt on a terminal. */
MUST_CHECK bool prompt_read(char *pass, const char *what, struct err *err);

#endif
