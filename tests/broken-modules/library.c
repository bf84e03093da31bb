/* SPDX-License-Identifier: Apache-2.0
 *
 * A library that modules of cases.txt need: one function, and perhaps the need of another library.
 */
#ifdef USES
int USES(void);
#endif

int DEFINES(void);
int DEFINES(void) {
#ifdef USES
  return USES();
#else
  return 42;
#endif
}
