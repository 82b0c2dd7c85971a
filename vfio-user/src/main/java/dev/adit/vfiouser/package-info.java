/**
 * The vfio-user protocol, both sides. A device author implements {@link dev.adit.vfiouser.Device}
 * and puts it on a socket with {@link dev.adit.vfiouser.VfioUserServer}; {@link
 * dev.adit.vfiouser.VfioUserClient} drives any server.
 */
@NullMarked
package dev.adit.vfiouser;

import org.jspecify.annotations.NullMarked;
