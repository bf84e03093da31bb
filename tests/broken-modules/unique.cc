// SPDX-License-Identifier: Apache-2.0
//
// A variable of the kind GNU_UNIQUE: one for the whole process, although modules are opened apart.
template <class T>
struct Counter {
  static inline int count = 0;
};
extern "C" __attribute__((visibility("hidden"))) int unique_answer();
int unique_answer() { return ++Counter<int>::count; }
template struct __attribute__((visibility("default"))) Counter<int>;
