/* SPDX-License-Identifier: Apache-2.0
 *
 * A library, not a module: what LoadFile opens, and what a module may need without it being there.
 */
__attribute__((visibility("default"))) int loader_library_answer(void);

int loader_library_answer(void) { return 42; }
