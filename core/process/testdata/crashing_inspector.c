/* SPDX-License-Identifier: Apache-2.0
 *
 * An inspector that ends the planner as soon as it is opened: a file that the real one cannot
 * stand. */
#include <signal.h>

__attribute__((constructor)) static void Crash(void) { raise(SIGKILL); }
