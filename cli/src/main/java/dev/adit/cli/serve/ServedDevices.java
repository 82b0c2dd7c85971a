package dev.adit.cli.serve;

import dev.adit.cli.control.View;
import dev.adit.devices.Refusal.Reason;
import dev.adit.devices.RefusedException;
import dev.adit.host.control.ControlClient;
import dev.adit.host.control.HostComposer;
import dev.adit.host.control.HostConfig;
import dev.adit.host.control.HostServer;
import dev.adit.host.control.SocketAccess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A server as {@code adit serve CONFIG} runs it, with one function and a virtual device for each
 * guest; asked over its control socket, as {@code adit vdev} does it.
 */
public final class ServedDevices implements AutoCloseable {
  private static final String DEVICE = "guest";

  private final HostServer server;
  private final Path control;
  private final String function;
  private final List<Path> sockets = new ArrayList<>();

  private ServedDevices(HostServer server, Path control, String function) {
    this.server = server;
    this.control = control;
    this.function = function;
  }

  /**
   * Starts a server and its devices.
   *
   * @param folder for its state and its sockets
   * @param count devices
   * @param type of each
   * @param portals of each
   * @throws RefusedException if the function does not suffice
   */
  public static ServedDevices start(
      Path folder,
      HostConfig.FunctionConfig function,
      int count,
      String type,
      PortalAccess portals) {
    HostConfig config =
        new HostConfig(
            folder.resolve("state"),
            folder.resolve("run"),
            folder.resolve("control"),
            SocketAccess.OWNER,
            Optional.empty(),
            List.of(function));
    HostServer server = HostServer.start(config, HostComposer::of);
    try {
      ServedDevices devices = new ServedDevices(server, config.control(), function.name());
      for (int i = 0; i < count; i++) {
        devices.add(type, portals);
      }
      return devices;
    } catch (RuntimeException e) {
      server.close();
      throw e;
    }
  }

  private void add(String type, PortalAccess portals) {
    Map<String, Object> definition =
        Map.of(
            "parent",
            function,
            "mdev_type",
            type,
            "attrs",
            Map.of("name", name(sockets.size()), "portals", portals.toString()));
    View started = ask("vdev.start", Map.of("definition", definition));
    sockets.add(Path.of(started.get("state").get("socket").text()));
  }

  private static String name(int index) {
    return DEVICE + (index + 1);
  }

  /** The server ends connections that say nothing for long, so there is one for each question. */
  private View ask(String verb, Map<String, ?> arguments) {
    try (ControlClient client = ControlClient.connect(control)) {
      return new View(client.request(verb, arguments));
    }
  }

  /** {@return where a device is served} */
  public Path socket(int index) {
    return sockets.get(index);
  }

  /** {@return a device, as {@code vdev show} tells it} */
  public View device(int index) {
    return ask("vdev.show", Map.of("device", name(index)));
  }

  /** {@return how many descriptors have been done for a device} */
  public long completed(int index) {
    return device(index).get("state").get("completed").number();
  }

  /**
   * Takes a device's interrupt handles back.
   *
   * @return false if it still has revoked ones in use and may hold no more; to be tried again
   */
  public boolean revoke(int index) {
    try {
      ask("vdev.revoke", Map.of("device", name(index)));
      return true;
    } catch (RefusedException e) {
      if (e.reason() == Reason.NO_CAPACITY) {
        return false;
      }
      throw e;
    }
  }

  /** {@return the function, as {@code function list} tells it} */
  public View function() {
    return ask("status", Map.of()).get("function").get(function);
  }

  /** {@return interrupt messages that were stopped on their way, by reason} */
  public View faults() {
    return ask("status", Map.of()).get("faults");
  }

  @Override
  public void close() {
    server.close();
  }
}
