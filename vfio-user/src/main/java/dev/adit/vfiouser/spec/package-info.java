/**
 * Layouts and numbers of the vfio-user protocol (QEMU {@code docs/interop/vfio-user}), version 0.1.
 * Offsets are in bytes; those of payloads count from the end of the 16-byte header.
 */
@NullMarked
package dev.adit.vfiouser.spec;

import org.jspecify.annotations.NullMarked;
