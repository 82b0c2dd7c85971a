package dev.adit.bench;

import dev.adit.devices.dsa.DsaProfile;
import dev.adit.devices.dsa.EnginePolicy;
import dev.adit.devices.dsa.lend.DsaModel;
import dev.adit.host.DevicePlan;
import dev.adit.host.FunctionPlan;
import dev.adit.host.Registry;
import dev.adit.vfiouser.EventLoops;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What lending a queue costs: no-ops from the portal of a virtual device to their records, with
 * engines on the thread that submits, in nanoseconds of that thread's processor time. A machine
 * that is busy with other things changes little of that. Time that a thread is parked, as while it
 * waits long for the queue's monitor, is not in it: the table bounds the work that tenants of one
 * queue do one after the other, not how long they wait.
 */
public final class Lending {
  /** Where tenants' queues are. */
  private enum Place {
    OWN("a dedicated queue for each", "1dwq", 1),
    ONE("one shared queue", "1swq", 1),
    EACH("a shared queue for each", "1swq", 2);

    private final String title;
    private final String type;
    private final int shared;

    Place(String title, String type, int shared) {
      this.title = title;
      this.type = type;
      this.shared = shared;
    }
  }

  private Lending() {}

  /** Arguments: rounds, of which the least counts (default: 10). */
  public static void main(String[] args) throws IOException, InterruptedException {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 10;
    System.out.println("| queues | tenants | ns of processor time per no-op, each tenant |");
    System.out.println("| --- | --- | --- |");
    for (Place place : Place.values()) {
      for (int tenants = 1; tenants <= 2; tenants++) {
        String times =
            Arrays.stream(measure(place, tenants, rounds))
                .mapToObj(Long::toString)
                .collect(Collectors.joining(", "));
        System.out.printf("| %s | %d | %s |%n", place.title, tenants, times);
      }
    }
  }

  private static long[] measure(Place place, int tenants, int rounds)
      throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("lending");
    List<Tenant> working = new ArrayList<>();
    try (EventLoops loops = EventLoops.start(1, EventLoops.Idle.BLOCK);
        Registry registry = new Registry(loops)) {
      DsaProfile profile = DsaProfile.physical().withSizes(4, 128, 1, 2);
      DsaModel model = DsaModel.even(profile, place.shared).withEngines(EnginePolicy.caller());
      registry.add(new FunctionPlan("dsa0", model)).orThrow();
      for (int i = 0; i < tenants; i++) {
        DevicePlan plan = DevicePlan.of("t" + i, place.type, folder.resolve("t" + i));
        working.add(new Tenant(registry.start(plan).orThrow(), rounds));
      }
      working.forEach(Tenant::start);
      for (Tenant tenant : working) {
        tenant.join();
      }
      working.forEach(Tenant::close);
    } finally {
      Files.delete(folder);
    }
    return working.stream().mapToLong(Tenant::nanos).toArray();
  }
}
