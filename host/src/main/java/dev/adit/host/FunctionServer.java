package dev.adit.host;

import dev.adit.devices.Dma;
import dev.adit.devices.PciFunction;
import dev.adit.vfiouser.Device;
import dev.adit.vfiouser.EventLoops;
import dev.adit.vfiouser.ServerOptions;
import dev.adit.vfiouser.VfioUserServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * One PCI function on one vfio-user socket.
 *
 * @param <F> the kind of function
 */
public final class FunctionServer<F extends PciFunction> implements AutoCloseable {
  private interface DeviceMaker<F extends PciFunction> {
    FunctionDevice<F> make(Device.Bus bus);
  }

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
    return start(
        loops,
        path,
        options,
        bus -> new FunctionDevice<>(maker.apply(new SocketDma(bus.dma())), bus, null));
  }

  /**
   * Makes a function that sends messages of the guest's own and serves it until {@link #close}. As
   * the messages are the guest's, the function is reset when the client goes: the next one is
   * another guest, or the same after a crash.
   *
   * @param path where the socket is made
   * @param maker makes the function from its DMA and from where the guest's messages go
   */
  public static <F extends PciFunction> FunctionServer<F> serve(
      EventLoops loops, Path path, ServerOptions options, BiFunction<Dma, GuestMessages, F> maker) {
    return start(
        loops,
        path,
        options,
        bus -> {
          GuestMessages messages = new GuestMessages(bus.dma().dwords());
          F function = maker.apply(new SocketDma(bus.dma()), messages);
          return new FunctionDevice<>(function, bus, messages);
        });
  }

  private static <F extends PciFunction> FunctionServer<F> start(
      EventLoops loops, Path path, ServerOptions options, DeviceMaker<F> maker) {
    List<FunctionDevice<F>> made = new ArrayList<>(1);
    try {
      VfioUserServer server =
          VfioUserServer.serve(
              loops,
              path,
              options,
              bus -> {
                made.add(maker.make(bus));
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

  /** {@return how often the client asked for registers, one message each} */
  public RegisterAccesses accesses() {
    return device.accesses();
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
