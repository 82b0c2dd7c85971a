import org.jspecify.annotations.NullMarked;

/**
 * The vfio-user protocol: wire codec, server, client and the POSIX calls it needs. The only module
 * with native access.
 */
@NullMarked
module dev.adit.vfiouser {
  requires static org.jspecify;
  requires tools.jackson.core;

  exports dev.adit.vfiouser;
  exports dev.adit.vfiouser.spec;
}
