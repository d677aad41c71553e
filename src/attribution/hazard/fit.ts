export interface HazardFit {
  states: string[];
}
