package dev.adit.vfiouser;

/**
 * What to do with memory whose file the client could make shorter (no {@code F_SEAL_SHRINK}): a
 * mapping of it would bring down the whole virtual machine when the client does. The same goes for
 * files of huge pages, sealed or not, because their pages can run out under a mapping.
 *
 * <p>QEMU's {@code memory-backend-memfd} is sealed; {@code memory-backend-file} and {@code -shm}
 * are not.
 */
public enum FilePolicy {
  /** Refuse the mapping with EINVAL. */
  REFUSE,
  /** Access it by pread and pwrite: slower, and safe. (Huge pages can be read so, not written.) */
  CALLS,
  /** Map it all the same; the client is trusted with the life of this process. */
  TRUST
}
