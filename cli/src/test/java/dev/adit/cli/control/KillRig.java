package dev.adit.cli.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.JavaCommand;
import dev.adit.cli.boot.GuestProcess;
import dev.adit.cli.boot.WorkingGuest;
import dev.adit.devices.RefusedException;
import dev.adit.host.control.ControlClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A server with four devices, a guest on each, and somebody who changes definitions all the time.
 */
final class KillRig implements AutoCloseable {
  /** Two pairs of neighbours: on queues of one group, and on parts of one queue. */
  private static final Map<String, String> DEVICES =
      Map.of("killed1", "2dwq", "near1", "1dwq", "killed2", "1swq", "near2", "1swq");

  private static final List<String> KILLED = List.of("killed1", "killed2");

  /** Vectors from 1 on, of all devices together. */
  private static final int ENTRIES = 5;

  private static final long PATIENCE = 120_000_000_000L;
  private static final long LOOK = 10_000_000;
  private final Path folder;
  private final Random random;
  private final Path control;
  private final Map<String, GuestProcess> guests = new HashMap<>();
  private final Churn churn;
  private @Nullable Process server;

  /** What the server holds while all guests work; the same server must never hold more again. */
  private Optional<Holdings> full = Optional.empty();

  KillRig(Path folder, Random random) {
    this.folder = folder;
    this.random = random;
    control = folder.resolve("run/control.sock");
    churn = new Churn(control);
  }

  void begin() throws IOException {
    Files.writeString(
        folder.resolve("adit.yaml"),
        """
        state: state
        sockets: run
        functions:
          - {name: dsa0, engines: 2, shared: 1}
        """);
    startServer();
    try (ControlClient client = ControlClient.connect(control)) {
      DEVICES.forEach(
          (name, type) -> {
            var definition = Churn.definition(name, type, "auto");
            client.request("vdev.define", Map.of("definition", definition));
            client.request("vdev.start", Map.of("device", name));
          });
    }
    verify();
  }

  /** Starts the server's process. */
  void launchServer() throws IOException {
    List<String> command =
        JavaCommand.of("dev.adit.cli.Adit", "serve", folder.resolve("adit.yaml").toString());
    server = new ProcessBuilder(command).inheritIO().start();
  }

  /** Starts the server and waits until it answers. */
  void startServer() throws IOException {
    launchServer();
    eventually("an answer of the server", this::answers);
  }

  private boolean answers() {
    assertThat(serverRuns()).as("the server has ended by itself").isTrue();
    try (ControlClient _ = ControlClient.connect(control)) {
      return true;
    } catch (RefusedException e) {
      return false;
    }
  }

  private boolean serverRuns() {
    return server != null && server.isAlive();
  }

  /** SIGKILL to the server; its guests notice it and end. */
  void killServer() throws InterruptedException {
    churn.expectLoss();
    Process killed = server;
    if (killed != null) {
      killed.destroyForcibly().waitFor();
    }
    churn.pause();
    full = Optional.empty();
    for (GuestProcess guest : guests.values()) {
      guest.await();
    }
  }

  /** SIGKILL to one of the guests that are there for it. */
  void killGuest() throws InterruptedException {
    GuestProcess guest = guests.get(KILLED.get(random.nextInt(KILLED.size())));
    if (guest != null) {
      guest.kill();
    }
  }

  /** Waits until every guest has been through all operations once more. */
  void waitForWork() {
    guests.forEach(
        (device, guest) -> {
          long seen = guest.rounds();
          eventually(
              "work on " + device,
              () -> guest.rounds() > seen || !guest.failure().isEmpty() || !guest.isAlive());
          assertThat(guest.failure()).as(device).isEmpty();
          assertThat(guest.isAlive()).as("guest on %s: %s", device, guest.loss()).isTrue();
        });
  }

  /** Finds out what is left of those that are gone, replaces them, and sees everybody work. */
  void verify() throws IOException {
    churn.pause();
    assertThat(serverRuns()).as("the server has ended by itself").isTrue();
    guests.forEach((device, guest) -> assertThat(guest.failure()).as(device).isEmpty());
    guests.values().removeIf(guest -> !guest.isAlive());
    try (ControlClient client = ControlClient.connect(control)) {
      for (String device : DEVICES.keySet()) {
        if (!guests.containsKey(device)) {
          replace(client, device);
        }
      }
    }
    waitForWork();
    // A connection of its own: the server ends one that says nothing for a minute.
    try (ControlClient client = ControlClient.connect(control)) {
      verify(client);
    }
    full = Optional.of(holdings());
    churn.resume();
  }

  /** What a guest had is free when its connection is over, so that its device can be stopped. */
  private void replace(ControlClient client, String device) throws IOException {
    eventually("the end of the connection to " + device, () -> !state(client, device, "attached"));
    if (random.nextBoolean()) {
      client.request("vdev.stop", Map.of("device", device));
      client.request("vdev.start", Map.of("device", device));
    }
    String socket = control.resolveSibling(device + ".sock").toString();
    String seed = Integer.toString(random.nextInt(1000));
    List<String> command = JavaCommand.of(WorkingGuest.class.getName(), socket, seed);
    guests.put(device, GuestProcess.start(command));
  }

  private static View show(ControlClient client, String device) {
    return new View(client.request("vdev.show", Map.of("device", device)));
  }

  private static boolean state(ControlClient client, String device, String key) {
    return show(client, device).get("state").get(key).flag();
  }

  /** Entries, PASIDs, definitions. */
  private void verify(ControlClient client) throws IOException {
    View status = new View(client.request("status", Map.of()));
    View function = status.get("function").get("dsa0");
    assertThat(function.get("entriesUsed").number()).as("store entries").isEqualTo(ENTRIES);
    Set<Long> pasids = new HashSet<>();
    Set<String> scratch = new HashSet<>();
    status
        .get("vdev")
        .entries()
        .forEach(
            (name, device) -> {
              if (DEVICES.containsKey(name)) {
                pasids.add(Long.decode(device.get("state").get("pasid").text()));
              } else {
                scratch.add(name);
              }
            });
    // The smallest that is free is given out, so one that leaked would show as a gap.
    assertThat(pasids).as("PASIDs").containsExactlyInAnyOrder(1L, 2L, 3L, 4L);
    churn.compare(scratch);
    View events = new View(client.request("vdev.events", Map.of("device", "adit")));
    assertThat(events.get("events").items()).as("complaints of the server").isEmpty();
    try (Stream<Path> all = Files.walk(folder)) {
      assertThat(all.filter(file -> file.toString().matches(".*\\.new"))).isEmpty();
    }
    try (Stream<Path> files = Files.list(folder.resolve("state/dsa0"))) {
      assertThat(files.count()).isEqualTo(DEVICES.size() + scratch.size());
    }
  }

  /** Descriptors of connections that have just ended may be closed a moment later. */
  private Holdings holdings() throws IOException {
    Process running = server;
    if (running == null) {
      throw new IllegalStateException("no server");
    }
    Holdings before = full.orElseGet(() -> Holdings.of(running));
    eventually(
        "the server to hold no more than " + before, () -> Holdings.of(running).within(before));
    return Holdings.of(running);
  }

  private static void eventually(String what, BooleanSupplier holds) {
    long deadline = System.nanoTime() + PATIENCE;
    while (!holds.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("waited in vain for " + what);
      }
      LockSupport.parkNanos(LOOK);
    }
  }

  @Override
  public void close() {
    churn.close();
    guests.values().forEach(GuestProcess::close);
    Process running = server;
    if (running != null) {
      running.destroyForcibly().onExit().join();
    }
  }
}
