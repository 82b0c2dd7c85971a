/** Messages on a socket, either side: framing, file descriptors, calls that wait for replies. */
@NullMarked
package dev.adit.vfiouser.wire;

import org.jspecify.annotations.NullMarked;
