package dev.adit.host.control;

import dev.adit.devices.Section;
import dev.adit.devices.Tree;
import dev.adit.devices.dsa.DsaProfile;
import dev.adit.devices.dsa.lend.DsaModel;
import dev.adit.host.control.HostConfig.FunctionConfig;
import dev.adit.platform.Ims;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A whole server in a folder, and a client of its control socket. */
final class TestHost implements AutoCloseable {
  final HostConfig config;
  private final HostServer server;

  TestHost(Path folder) {
    this(config(folder));
  }

  TestHost(HostConfig config) {
    this.config = config;
    server = HostServer.start(config, HostComposer::of);
  }

  /** One function with six dedicated queues and two shared ones, and one engine. */
  static HostConfig config(Path folder) {
    return new HostConfig(
        folder.resolve("state"),
        folder.resolve("run"),
        folder.resolve("run").resolve("control.sock"),
        SocketAccess.OWNER,
        Optional.empty(),
        List.of(new FunctionConfig("dsa0", Ims.AUTO, model())));
  }

  private static DsaModel model() {
    return DsaModel.even(DsaProfile.physical().withSizes(8, 128, 4, 1), 2);
  }

  EventLog events() {
    return server.events();
  }

  Path socket(String name) {
    return config.sockets().resolve(name + ".sock");
  }

  /** {@return the answer to one request} */
  Tree ask(String verb, Map<String, ?> arguments) {
    try (ControlClient client = ControlClient.connect(config.control())) {
      return client.request(verb, arguments);
    }
  }

  /** {@return a definition as users write it} */
  static Map<String, Object> definition(String name, String type) {
    return Map.of(
        "parent", "dsa0", "mdev_type", type, "start", "auto", "attrs", Map.of("name", name));
  }

  Tree define(String name, String type) {
    return ask("vdev.define", Map.of("definition", definition(name, type)));
  }

  Tree.Fields state(String name) {
    Tree shown = ask("vdev.show", Map.of("device", name));
    return (Tree.Fields) Section.of(shown, "device").tree("state").orElseThrow();
  }

  @Override
  public void close() {
    server.close();
  }
}
