/**
 * The C library calls that sockets, event counters and shared memory need; the only native access.
 */
@NullMarked
package dev.adit.vfiouser.posix;

import org.jspecify.annotations.NullMarked;
