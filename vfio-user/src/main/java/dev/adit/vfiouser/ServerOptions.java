package dev.adit.vfiouser;

import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;

/**
 * How a device is served, and what one client may use up.
 *
 * @param permissions of the socket
 * @param files what to do with memory that the client could make shorter
 * @param maxMappings DMA mappings, at most 65535
 * @param maxFiles different files behind them
 * @param maxQueued bytes set aside for the client in each direction before it has to wait
 * @param dmaTimeout how long the device waits for an answer to DMA_READ and DMA_WRITE; less than
 *     the 5 seconds after which QEMU gives up. A handler that waits holds up every socket of its
 *     thread; after the first time in vain it does not wait for this client again
 * @param patience how long a client may be silent before VERSION, and an engine may hold memory
 *     that is to be unmapped; less than 5 seconds as well
 * @param events who is told of what happens
 */
public record ServerOptions(
    Set<PosixFilePermission> permissions,
    FilePolicy files,
    int maxMappings,
    int maxFiles,
    int maxQueued,
    Duration dmaTimeout,
    Duration patience,
    ServerEvents events) {
  /** Checks the bounds. */
  public ServerOptions {
    permissions = Set.copyOf(permissions);
    if (maxMappings < 1 || maxMappings > 65535 || maxFiles < 1 || maxQueued < 0) {
      throw new IllegalArgumentException("a quota is out of bounds");
    }
  }

  /** {@return options that suit QEMU: a socket for its owner, safe files} */
  public static ServerOptions defaults() {
    return new ServerOptions(
        PosixFilePermissions.fromString("rw-------"),
        FilePolicy.CALLS,
        65535,
        64,
        4 << 20,
        Duration.ofSeconds(2),
        Duration.ofSeconds(4),
        ServerEvents.none());
  }

  /** {@return these options with other permissions of the socket} */
  public ServerOptions withPermissions(Set<PosixFilePermission> other) {
    return new ServerOptions(
        other, files, maxMappings, maxFiles, maxQueued, dmaTimeout, patience, events);
  }

  /** {@return these options with another policy for files} */
  public ServerOptions withFiles(FilePolicy other) {
    return new ServerOptions(
        permissions, other, maxMappings, maxFiles, maxQueued, dmaTimeout, patience, events);
  }

  /** {@return these options with another bound of the mappings} */
  public ServerOptions withMaxMappings(int other) {
    return new ServerOptions(
        permissions, files, other, maxFiles, maxQueued, dmaTimeout, patience, events);
  }

  /** {@return these options with another bound of the bytes set aside} */
  public ServerOptions withMaxQueued(int other) {
    return new ServerOptions(
        permissions, files, maxMappings, maxFiles, other, dmaTimeout, patience, events);
  }

  /** {@return these options with another patience with DMA messages} */
  public ServerOptions withDmaTimeout(Duration other) {
    return new ServerOptions(
        permissions, files, maxMappings, maxFiles, maxQueued, other, patience, events);
  }

  /** {@return these options with another listener} */
  public ServerOptions withEvents(ServerEvents other) {
    return new ServerOptions(
        permissions, files, maxMappings, maxFiles, maxQueued, dmaTimeout, patience, other);
  }

  /** {@return these options with another patience with clients and engines} */
  public ServerOptions withPatience(Duration other) {
    return new ServerOptions(
        permissions, files, maxMappings, maxFiles, maxQueued, dmaTimeout, other, events);
  }
}
