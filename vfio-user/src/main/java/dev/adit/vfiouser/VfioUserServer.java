package dev.adit.vfiouser;

import dev.adit.vfiouser.server.DeviceServer;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * Serves one device on a socket, to one client at a time. A second client is told EBUSY. When the
 * client goes, its memory and interrupts are given up, the device keeps its state, and the next
 * client may come; one that comes before engines have let go of that memory waits for it.
 */
public final class VfioUserServer implements AutoCloseable {
  private final DeviceServer server;

  private VfioUserServer(DeviceServer server) {
    this.server = server;
  }

  /**
   * Serves a device.
   *
   * @param path where the socket is made; a dead one that lies there is removed
   * @param maker makes the device, which may keep the bus; {@link Device.Bus#interrupts} works from
   *     the moment the device is served
   * @throws VfioUserException if the socket cannot be made
   */
  public static VfioUserServer serve(
      EventLoops loops, Path path, ServerOptions options, Function<Device.Bus, Device> maker) {
    return new VfioUserServer(DeviceServer.serve(loops.next(), path, options, maker));
  }

  /** {@return the interrupt vectors} */
  public Interrupts interrupts() {
    return server.interrupts();
  }

  /** {@return the client's memory} */
  public DmaSpace dma() {
    return server.dma();
  }

  /** {@return the socket} */
  public Path path() {
    return server.path();
  }

  /**
   * Stops listening, ends the connection, waits for engines to let go of its memory (some seconds
   * at most) and removes the socket. Not to be called by a thread of {@link EventLoops}.
   */
  @Override
  public void close() {
    server.close();
  }
}
