/* SPDX-License-Identifier: Apache-2.0
 *
 * A shared object that is no module: it exports something, but no record. */
__attribute__((visibility("default"))) int no_record_answer(void);
int no_record_answer(void) { return 42; }
