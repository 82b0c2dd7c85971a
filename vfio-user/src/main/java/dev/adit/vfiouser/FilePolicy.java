package dev.adit.vfiouser;

/**
 * What to do with memory whose file the client could make shorter (no {@code F_SEAL_SHRINK}): a
 * mapping of it would bring down the whole virtual machine when the client does.
 */
public enum FilePolicy {
  /** Refuse the mapping with EINVAL. */
  REFUSE,
  /** Access it by pread and pwrite: slower, and safe. */
  CALLS,
  /** Map it all the same; the client is trusted with the life of this process. */
  TRUST
}
