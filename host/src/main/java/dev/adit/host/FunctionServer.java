package dev.adit.host;

import dev.adit.devices.Dma;
import dev.adit.devices.PciFunction;
import dev.adit.vfiouser.EventLoops;
import dev.adit.vfiouser.ServerOptions;
import dev.adit.vfiouser.VfioUserServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * One PCI function on one vfio-user socket.
 *
 * @param <F> the kind of function
 */
public final class FunctionServer<F extends PciFunction> implements AutoCloseable {
  private final VfioUserServer server;
  private final FunctionDevice<F> device;

  private FunctionServer(VfioUserServer server, FunctionDevice<F> device) {
    this.server = server;
    this.device = device;
  }

  /**
   * Makes a function and serves it until {@link #close}.
   *
   * @param path where the socket is made
   * @param maker makes the function from its DMA, which leads to the memory of whatever client is
   *     there
   */
  public static <F extends PciFunction> FunctionServer<F> serve(
      EventLoops loops, Path path, ServerOptions options, Function<Dma, F> maker) {
    List<FunctionDevice<F>> made = new ArrayList<>(1);
    try {
      VfioUserServer server =
          VfioUserServer.serve(
              loops,
              path,
              options,
              bus -> {
                F function = maker.apply(new SocketDma(bus.dma()));
                made.add(new FunctionDevice<>(function, bus));
                return made.getFirst();
              });
      return new FunctionServer<>(server, made.getFirst());
    } catch (RuntimeException e) {
      made.forEach(FunctionDevice::close);
      throw e;
    }
  }

  /** {@return the function} */
  public F function() {
    return device.function();
  }

  /** {@return the socket} */
  public Path path() {
    return server.path();
  }

  /** Ends the connection, removes the socket and stops the function. */
  @Override
  public void close() {
    server.close();
    device.close();
  }
}
